import type { Cell, Profile } from '../../../api/types'
import type { LaterMessages } from '../../../i18n/later'
import { formatCount } from '../../../shared/format'
import { writtenOrNull } from '../columnTypes'
import { binFilters, unitFilters, valueFilters } from './barFilters'

/**
 * A bar: `id` tells it from every other one, also where two are written alike (null, and the word). `tick` is
 * its key as it stands beside the bar: a bin by its lower border, a long text cut. `value` is how long it is,
 * null where there is nothing to draw; `text` is the same number as it is written, exactly. `cut`: the key is
 * the start of a longer text.
 */
export type Bar = {
  id: string
  key: string
  cut?: boolean | undefined
  tick: string
  value: number | null
  text: string
  /** What leaves the rows of this bar alone; empty where that cannot be said. */
  filters: string[]
}

/** Bars with their words. The same numbers are drawn and written as a table. */
export type ChartData = {
  title: string
  keyHead: string
  valueHead: string
  bars: Bar[]
  /** What is in the table alone: many small values together would dwarf every bar. */
  rest?: Bar
  /** Bars lie on their side, so that long words can be read. */
  sideways: boolean
  /** Values are cells of the table (a least, a greatest), and their scale is written as cells are. */
  asCells?: boolean
}

type Words = LaterMessages['datasets']

const BARS_MAX = 8

/** Characters of a text beside a bar. Numbers and moments stand there integral: cut, they would be other ones. */
const TEXT_CHARS_MAX = 16
const NUMBER_CHARS_MAX = 48
const NUMBER_OR_MOMENT = /^[-+]?\d[\d.,:eE+\-TZ ]*$/

/** Pure: a key as it stands beside its bar. */
export const tickOf = (key: string): string => {
  const longest = NUMBER_OR_MOMENT.test(key) ? NUMBER_CHARS_MAX : TEXT_CHARS_MAX
  return key.length > longest ? `${key.slice(0, longest - 1)}…` : key
}

const barOf = (id: Cell, key: string, count: number, filters: string[], tick = tickOf(key)): Bar => ({
  id: JSON.stringify(id),
  key,
  tick,
  value: count,
  text: formatCount(count),
  filters,
})

/** A moment as far as its unit goes: the year of a decade, the month of a quarter, the day of a week. */
export const momentText = (from: string, unit: string): string => {
  if (/century|decade|year/.test(unit)) return from.slice(0, 4)
  if (/quarter|month/.test(unit)) return from.slice(0, 7)
  return (/week|day/.test(unit) ? from.slice(0, 10) : from.slice(0, 19)).replace('T', ' ')
}

/** A border between bins, with as many places as tell it from its neighbours. */
const borderText = (border: number, width: number): string => {
  const places = width > 0 ? Math.min(20, Math.max(0, 2 - Math.floor(Math.log10(width)))) : 20
  return String(Number(border.toFixed(places)))
}

/** Pure: the words of a bin; one that holds a single integral number is that number. */
const binText = (from: number, to: number, integral: boolean): string => {
  const width = to - from
  if (from === to || (integral && width === 1)) return String(from)
  return `${borderText(from, width)} – ${borderText(to, width)}`
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
    const integral = profile.type === 'int64'
    const bins = profile.bins ?? []
    const bars = bins.map(({ from, to, count }, index) => {
      const [low, high] = [Number(from), Number(to)]
      const filters = binFilters(column, [low, high], { integral, isLast: index === bins.length - 1 })
      return barOf(from, binText(low, high, integral), count, filters, borderText(low, high - low))
    })
    return { title: summary.histogram(column), keyHead: summary.bin, sideways: false, bars }
  }
  if (shape === 'series') {
    const bars = (profile.points ?? []).map(({ from, count }) =>
      barOf(from, momentText(from, profile.unit ?? ''), count, unitFilters(column, from, profile.unit ?? '')),
    )
    return { title: summary.overTime(column), keyHead: summary.when, sideways: false, bars }
  }
  const bars = (profile.values ?? []).map(({ value, count, cut }, index) => ({
    ...barOf(value, writtenOrNull(value, words.grid), count, cut ? [] : valueFilters(column, value)),
    ...(cut && { cut, id: `cut ${index}` }),
  }))
  const others = bars.slice(BARS_MAX).reduce((sum, { value }) => sum + (value ?? 0), profile.other ?? 0)
  return {
    title: summary.top(column),
    keyHead: summary.value,
    sideways: true,
    bars: bars.slice(0, BARS_MAX),
    ...(others > 0 && { rest: { ...barOf(null, summary.others, others, []), id: 'others' } }),
  }
}
