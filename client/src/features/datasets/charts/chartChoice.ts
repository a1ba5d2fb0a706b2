import type { Column, Table } from '../../../api/types'
import { ownValue } from '../../../shared/ownValue'
import { isNumeric, kindOf } from '../columnTypes'

export const KINDS = ['bar', 'line', 'histogram', 'box', 'scatter'] as const
export type ChartKind = (typeof KINDS)[number]
export const MEASURES = ['count', 'sum', 'avg', 'min', 'max', 'distinct'] as const
export type Measure = (typeof MEASURES)[number]
export const UNITS = ['', 'day', 'week', 'month', 'quarter', 'year'] as const
export type Unit = (typeof UNITS)[number]
export const TOPS = [5, 10, 20, 50, 100] as const
const TOP = 20
type Facts = Table['aggregates']

/**
 * What a chart shows: a measure of a column, over the values of another one, or the units of time in which they lie,
 * and, where there is a second dimension, of each of its values. A histogram is of `by`, a box of `of`, and points
 * stand at `by` and `of`.
 */
export type ChartChoice = {
  kind: ChartKind
  by: Column | undefined
  unit: Unit
  split: Column | undefined
  splitUnit: Unit
  measure: Measure
  of: Column | undefined
  top: number
}
/** What of it stands in the address; what is empty is chosen by types. */
export type ChartAddress = {
  chart: string
  by: string
  unit: string
  split: string
  measure: string
  top: number
}

export const hasMoments = (column: Column | undefined): boolean =>
  column !== undefined && /^(date|timestamp|timestamptz)$/.test(column.type)

/** Pure: the measure as the server is asked for it. */
export const measureText = (measure: Measure, of: string): string =>
  measure === 'count' ? 'count()' : `${measure}(${of})`

const GROUPS_MAX = 50
const GROUPED_SHARE = 10
const LONG_CHARS = 60

/** How well a column's values are groups: few, and no free text; null where they are none. */
const groupsIn = (column: Column, facts: Facts): number | null => {
  const known = ownValue(facts, column.name)
  const kind = kindOf(column)
  if (!known || (kind !== 'text' && kind !== 'bool')) return null
  const { distinct, count, min, max } = known
  const isLong = [min, max].every((text) => String(text ?? '').length > LONG_CHARS)
  const areFew =
    distinct <= GROUPS_MAX ? distinct < count || count <= GROUPS_MAX : distinct * GROUPED_SHARE <= count
  return distinct > 1 && areFew && !isLong ? distinct : null
}

/** Pure: the column whose values are the best groups, undefined where there is none: free text says nothing. */
const firstGroups = (columns: Column[], facts: Facts): Column | undefined =>
  columns
    .flatMap((column) => {
      const groups = groupsIn(column, facts)
      return groups === null ? [] : [{ column, groups }]
    })
    .sort((a, b) => a.groups - b.groups)[0]?.column

/** Pure: what says most of a table by the types of its columns: its course in time, its groups, or how numbers spread. */
const first = (columns: Column[], facts: Facts): Pick<ChartChoice, 'kind' | 'by'> => {
  const moments = columns.find(
    (column) => hasMoments(column) && (ownValue(facts, column.name)?.distinct ?? 2) > 1,
  )
  if (moments) return { kind: 'line', by: moments }
  const groups = firstGroups(columns, facts)
  if (groups) return { kind: 'bar', by: groups }
  const number = columns.find(isNumeric)
  return number ? { kind: 'histogram', by: number } : { kind: 'bar', by: undefined }
}

/** Pure: the columns that a chart can have as its first dimension. */
export const byColumns = (kind: ChartKind, columns: Column[]): Column[] => {
  if (kind === 'histogram') return columns.filter(isNumeric)
  return kind === 'scatter' ? columns.filter((column) => isNumeric(column) || hasMoments(column)) : columns
}

/** Pure: the columns that can be measured so. */
export const ofColumns = (measure: Measure, columns: Column[]): Column[] =>
  measure === 'distinct' ? columns : columns.filter(isNumeric)

const unitOf = (column: Column | undefined, asked: string, usual: Unit): Unit => {
  // Days alone are seldom groups; who wants each day for itself says so.
  if (!hasMoments(column)) return ''
  return UNITS.find((each) => each !== '' && each === asked) ?? (asked === 'each' ? '' : usual)
}

/** Pure: the chart that an address means, or, of what it leaves out, what says most. */
export const chartChoiceOf = (asked: ChartAddress, columns: Column[], facts: Facts): ChartChoice => {
  const named = (name: string) => columns.find((column) => column.name === name)
  const [, op, name = ''] = /^(\w+)\((.*)\)$/s.exec(asked.measure) ?? []
  const usual = first(columns, facts)
  const wanted = named(asked.by)
  const kind =
    KINDS.find((each) => each === asked.chart) ??
    (wanted ? (hasMoments(wanted) ? 'line' : 'bar') : usual.kind)
  const known = byColumns(kind, columns)
  const isKnown = (column: Column | undefined) => (column && known.includes(column) ? column : undefined)
  const groups = kind === 'histogram' || kind === 'scatter' ? known[0] : firstGroups(columns, facts)
  const by = isKnown(wanted) ?? isKnown(usual.by) ?? groups
  const measure = MEASURES.find((each) => each === op) ?? 'count'
  const measured = ofColumns(kind === 'bar' || kind === 'line' ? measure : 'sum', columns)
  const usualOf = measured.find((column) => kind !== 'scatter' || column !== by) ?? measured[0]
  const of = measured.find((column) => column.name === name) ?? usualOf
  const split =
    asked.split === by?.name || (kind !== 'bar' && kind !== 'line') ? undefined : named(asked.split)
  return {
    kind,
    by,
    unit: unitOf(by, asked.unit, 'month'),
    split,
    splitUnit: unitOf(split, '', 'year'),
    measure: of === undefined ? 'count' : measure,
    of,
    top: TOPS.find((each) => each === asked.top) ?? TOP,
  }
}
