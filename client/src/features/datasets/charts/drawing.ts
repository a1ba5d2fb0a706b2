import type { Boxes, CrossTable, Points } from '../../../api/chartsApi'
import type { Cell, Profile } from '../../../api/types'
import type { LaterMessages } from '../../../i18n/later'
import { formatExact } from '../../../shared/format'
import { writtenOrNull } from '../columnTypes'
import { binFilters, unitFilters, valueFilters } from './barFilters'
import type { ChartChoice, ChartKind } from './chartChoice'
import { momentText, profileChart, tickOf } from './chartData'

/** Numbers of each label: `texts` are the same, exactly; `picks` are the filters that leave their rows alone. */
export type DrawnSeries = {
  name: string
  values: (number | null)[]
  texts: string[]
  picks: string[][]
  /** It is of what has no series of its own. */
  isRest: boolean
}
/** The five numbers of a box. */
export type DrawnBox = { low: number; q1: number; median: number; q3: number; high: number; text: string }
export type DrawnPoint = { x: number; y: number; text: string; filters: string[] }
/** A line of the table that says the same: cells as they are shown, and as a file has them. */
export type DrawnRow = { cells: string[]; plain: string[]; filters: string[]; label: string }

/** A chart as it is drawn, and as a table. */
export type Drawing = {
  kind: ChartKind
  title: string
  xTitle: string
  yTitle: string
  labels: string[]
  series: DrawnSeries[]
  boxes: DrawnBox[]
  points: DrawnPoint[]
  /** Axes of points along which moments stand, as milliseconds. */
  moments: { x: boolean; y: boolean }
  heads: string[]
  rows: DrawnRow[]
  /** Said below: that there is more than is drawn. */
  note: string | null
}

type Words = LaterMessages['datasets']
type Kept = Pick<Drawing, 'title' | 'xTitle' | 'yTitle'>

const EMPTY = {
  labels: [],
  series: [],
  boxes: [],
  points: [],
  moments: { x: false, y: false },
  heads: [],
  rows: [],
  note: null,
}

const numberOf = (value: Cell | undefined): number | null => {
  const number = value === null || value === undefined ? Number.NaN : Number(value)
  return Number.isFinite(number) ? number : null
}
const plainOf = (value: Cell | undefined): string =>
  value === null || value === undefined ? '' : String(value)

type Key = { key: Cell; text: string | null; cut?: boolean | undefined }

/** A key as it stands beside its bar: as it was written, moments as far as their unit goes. */
const labelOf = ({ key, text }: Key, unit: string, words: Words): string =>
  unit !== '' && key !== null ? momentText(String(key), unit) : writtenOrNull(text, words.grid)

const filtersOf = ({ key, cut }: Key, column: string, unit: string): string[] => {
  if (cut) return []
  return unit === '' ? valueFilters(column, key) : unitFilters(column, key, unit)
}

/** Pure: a cross table as bars or lines. The rest has a bar of its own, but along time, where nothing follows it. */
export const crossDrawing = (
  answer: CrossTable,
  { kind, by, unit, split, splitUnit, measure }: ChartChoice,
  label: string,
  words: Words,
): Drawing => {
  const asCells = measure === 'min' || measure === 'max'
  const textOf = (value: Cell | undefined) =>
    asCells || value === null || value === undefined
      ? writtenOrNull(value ?? null, words.grid)
      : formatExact(String(value))
  const [name, splitName] = [by?.name ?? '', split?.name ?? '']
  const drawsRest = answer.rest !== null && unit === ''
  const groups = answer.groups.map((group) => ({
    label: labelOf(group, unit, words),
    filters: filtersOf(group, name, unit),
    value: group.value,
  }))
  const rest = answer.rest && {
    label: words.chart.others(answer.rest.groups),
    filters: [],
    value: answer.rest.value,
  }
  const lines = rest ? [...groups, rest] : groups
  const parts = [
    ...answer.splits.map((part) => ({
      name: labelOf(part, splitUnit, words),
      filters: filtersOf(part, splitName, splitUnit),
      values: part.values,
      isRest: false,
    })),
    ...(answer.others
      ? [
          {
            name: words.chart.others(answer.others.groups),
            filters: [],
            values: answer.others.values,
            isRest: true,
          },
        ]
      : []),
  ]
  const whole = { name: label, filters: [], values: lines.map(({ value }) => value), isRest: false }
  const drawn = split ? parts : [whole]
  const shown = drawsRest ? lines : groups
  const both = (line: string[], part: string[]) =>
    line.length > 0 && (!split || part.length > 0) ? [...line, ...part] : []
  return {
    ...EMPTY,
    kind,
    title: split ? words.chart.split(label, name, splitName) : words.group.label(label, name),
    xTitle: name,
    yTitle: label,
    labels: shown.map((line) => tickOf(line.label)),
    series: drawn.map((part) => ({
      name: part.name,
      isRest: part.isRest,
      values: shown.map((_, index) => numberOf(part.values[index])),
      texts: shown.map((line, index) => `${line.label}: ${textOf(part.values[index])}`),
      picks: shown.map((line) => both(line.filters, part.filters)),
    })),
    heads: [name, ...drawn.map((part) => part.name), ...(split ? [words.chart.all] : [])],
    rows: lines.map((line, index) => {
      const values = [...drawn.map((part) => part.values[index]), ...(split ? [line.value] : [])]
      return {
        cells: [line.label, ...values.map(textOf)],
        plain: [line.label, ...values.map(plainOf)],
        filters: line.filters,
        label: line.label,
      }
    }),
    note: answer.rest && unit !== '' ? words.group.moreUnits(groups.length) : null,
  }
}

/** Pure: how numbers are spread in each group, as boxes. */
export const boxDrawing = (answer: Boxes, { by, unit, of }: ChartChoice, words: Words): Drawing => {
  const heads = ['min', 'q1', 'median', 'q3', 'max'] as const
  const column = of?.name ?? ''
  const boxes = answer.boxes.map((box) => {
    const label = by ? labelOf(box, unit, words) : column
    const five = heads.map((head) => box[head])
    const [low = 0, q1 = 0, median = 0, q3 = 0, high = 0] = five.map((value) => numberOf(value) ?? 0)
    const text = heads.map((head, index) => `${words.chart.five[head]} ${formatExact(plainOf(five[index]))}`)
    return { label, five, box: { low, q1, median, q3, high, text: `${label}: ${text.join(', ')}` }, of: box }
  })
  const filters = (box: Key) => (by ? filtersOf(box, by.name, unit) : [])
  return {
    ...EMPTY,
    kind: 'box',
    title: by ? words.chart.boxes(column, by.name) : words.summary.histogram(column),
    xTitle: by?.name ?? '',
    yTitle: column,
    labels: boxes.map(({ label }) => tickOf(label)),
    series: [
      {
        name: column,
        isRest: false,
        values: boxes.map(({ box }) => box.median),
        texts: boxes.map(({ box }) => box.text),
        picks: boxes.map(({ of: box }) => filters(box)),
      },
    ],
    boxes: boxes.map(({ box }) => box),
    heads: [by?.name ?? column, words.summary.count, ...heads.map((head) => words.chart.five[head])],
    rows: boxes.map(({ label, five, of: box }) => ({
      cells: [label, formatExact(box.count), ...five.map((value) => formatExact(plainOf(value)))],
      plain: [label, String(box.count), ...five.map(plainOf)],
      filters: filters(box),
      label,
    })),
    note: answer.more ? words.chart.moreBoxes(boxes.length) : null,
  }
}

const positionOf = (value: Cell): number =>
  typeof value === 'string' && /^\d{4}-/.test(value)
    ? Date.parse(value.length > 10 && !/Z|[+-]\d\d:?\d\d$/.test(value) ? `${value}Z` : value)
    : Number(value)

/** Pure: rows as points. */
export const pointsDrawing = (answer: Points, moments: { x: boolean; y: boolean }, words: Words): Drawing => {
  const { x, y, total } = answer
  const points = answer.points.map((point) => ({
    plain: [plainOf(point.x), plainOf(point.y)],
    x: positionOf(point.x),
    y: positionOf(point.y),
    filters: [`_rid:eq:${point._rid}`],
  }))
  const kept = points.filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y))
  const asText = ([left = '', right = '']: string[]) => `${x} ${left}, ${y} ${right}`
  return {
    ...EMPTY,
    kind: 'scatter',
    title: words.chart.against(y, x),
    xTitle: x,
    yTitle: y,
    points: kept.map(({ plain, filters, ...at }) => ({ x: at.x, y: at.y, text: asText(plain), filters })),
    moments,
    heads: [x, y],
    rows: points.map(({ plain, filters }) => ({ cells: plain, plain, filters, label: asText(plain) })),
    note: total > points.length ? words.chart.sample(points.length, total) : null,
  }
}

/** Pure: how the numbers of a column spread. */
export const histogramDrawing = (profile: Profile, words: Words): Drawing | null => {
  const chart = profileChart(profile, words)
  if (chart === null) return null
  const integral = profile.type === 'int64'
  const bins = profile.bins ?? []
  const kept: Kept = { title: chart.title, xTitle: profile.column, yTitle: chart.valueHead }
  return {
    ...EMPTY,
    ...kept,
    kind: 'histogram',
    labels: chart.bars.map(({ tick }) => tick),
    series: [
      {
        name: chart.valueHead,
        isRest: false,
        values: chart.bars.map(({ value }) => value),
        texts: chart.bars.map(({ key, text }) => `${key}: ${text}`),
        picks: bins.map(({ from, to }, index) =>
          binFilters(profile.column, [Number(from), Number(to)], {
            integral,
            isLast: index === bins.length - 1,
          }),
        ),
      },
    ],
    heads: [chart.keyHead, chart.valueHead],
    rows: chart.bars.map(({ key, text, value, filters }) => ({
      cells: [key, text],
      plain: [key, plainOf(value)],
      filters,
      label: key,
    })),
  }
}

const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** Pure: the table of a chart as CSV, every number with all of its digits. */
export const csvOf = ({ heads, rows }: Drawing): string =>
  [heads, ...rows.map(({ plain }) => plain)].map((cells) => `${cells.map(field).join(',')}\r\n`).join('')
