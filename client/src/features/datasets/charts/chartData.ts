import type { Cell, Groups, Profile } from '../../../api/types'
import type { Messages } from '../../../i18n/en'
import { formatValue } from '../../../shared/format'

/** Bars with their words. The same numbers are drawn and written as a table. */
export type ChartData = {
  title: string
  keyHead: string
  valueHead: string
  bars: { key: string; value: number }[]
  /** What is in the table alone: many small values together would dwarf every bar. */
  rest?: { key: string; value: number }
  /** Bars lie on their side, so that long words can be read. */
  sideways: boolean
}

type Words = Messages['datasets']

const MOST_FREQUENT = 8

const shown = (value: Cell, words: Words): string => {
  if (value === null) return words.grid.null
  return typeof value === 'number' ? formatValue(value) : String(value)
}

/** A moment as far as its unit goes: the year of a decade, the month of a quarter, the day of a week. */
const momentText = (from: string, unit: string): string => {
  if (/century|decade|year/.test(unit)) return from.slice(0, 4)
  if (/quarter|month/.test(unit)) return from.slice(0, 7)
  return (/week|day/.test(unit) ? from.slice(0, 10) : from.slice(0, 19)).replace('T', ' ')
}

/** Pure: the picture that fits a column's profile; null where there is no value to draw. */
export const profileChart = (profile: Profile, words: Words): ChartData | null => {
  const { summary } = words
  const chart = chartOf(profile, words)
  return chart.bars.length === 0 ? null : { ...chart, valueHead: summary.count }
}

const chartOf = ({ shape, column, ...profile }: Profile, words: Words): Omit<ChartData, 'valueHead'> => {
  const { summary } = words
  if (shape === 'histogram') {
    const bars = (profile.bins ?? []).map(({ from, to, count }) => ({
      key: from === to ? formatValue(from) : `${formatValue(from)} – ${formatValue(to)}`,
      value: count,
    }))
    return { title: summary.histogram(column), keyHead: summary.bin, sideways: false, bars }
  }
  if (shape === 'series') {
    const bars = (profile.points ?? []).map(({ from, count }) => ({
      key: momentText(from, profile.unit ?? ''),
      value: count,
    }))
    return { title: summary.overTime(column), keyHead: summary.when, sideways: false, bars }
  }
  const bars = (profile.values ?? []).map(({ value, count }) => ({ key: shown(value, words), value: count }))
  const others = bars.slice(MOST_FREQUENT).reduce((sum, { value }) => sum + value, profile.other ?? 0)
  return {
    title: summary.top(column),
    keyHead: summary.value,
    sideways: true,
    bars: bars.slice(0, MOST_FREQUENT),
    ...(others > 0 && { rest: { key: summary.others, value: others } }),
  }
}

/** Pure: groups as bars. A group without a number (the mean of nothing) has no bar. */
export const groupChart = ({ groups, by }: Groups, label: string, words: Words): ChartData => ({
  title: words.group.label(label, by),
  keyHead: by,
  valueHead: label,
  sideways: true,
  bars: groups.flatMap(({ key, value }) => {
    const number = value === null ? Number.NaN : Number(value)
    return Number.isFinite(number) ? [{ key: shown(key, words), value: number }] : []
  }),
})
