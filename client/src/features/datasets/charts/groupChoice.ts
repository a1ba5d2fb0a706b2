import type { Column, Table } from '../../../api/types'
import { isNumeric, kindOf } from '../columnTypes'

export const MEASURES = ['count', 'sum', 'avg', 'min', 'max', 'distinct'] as const
export type Measure = (typeof MEASURES)[number]
export const UNITS = ['', 'day', 'week', 'month', 'quarter', 'year'] as const
export type Unit = (typeof UNITS)[number]
type Facts = Table['aggregates']

/** What a group shows: a measure of a column, over the values of another one or the units of time in which they lie. */
export type GroupChoice = { by: Column | undefined; measure: Measure; of: Column | undefined; unit: Unit }

/** Few groups say most: the text column with the fewest values, but more than one. */
const firstBy = (columns: Column[], facts: Facts): Column | undefined => {
  const groups = ({ name }: Column) => facts?.[name]?.distinct ?? 0
  const texts = columns.filter((column) => kindOf(column) === 'text' && groups(column) > 1)
  return texts.sort((a, b) => groups(a) - groups(b))[0] ?? columns[0]
}

export const hasMoments = (column: Column | undefined): boolean =>
  column !== undefined && /^(date|timestamp|timestamptz)$/.test(column.type)

/** Pure: the measure as the server is asked for it. */
export const measureText = (measure: Measure, of: string): string =>
  measure === 'count' ? 'count()' : `${measure}(${of})`

/** Pure: the group that an address means, or, of what it leaves out, the one that says most. */
export const groupChoiceOf = (
  { by, measure, unit }: { by: string; measure: string; unit: string },
  columns: Column[],
  facts: Facts,
): GroupChoice => {
  const named = (name: string) => columns.find((column) => column.name === name)
  const [, op, name = ''] = /^(\w+)\((.*)\)$/s.exec(measure) ?? []
  const numeric = columns.filter(isNumeric)
  const of = numeric.find((column) => column.name === name) ?? numeric[0]
  const wanted = MEASURES.find((each) => each === op) ?? 'count'
  const key = named(by) ?? firstBy(columns, facts)
  return {
    by: key,
    measure: of === undefined ? 'count' : wanted,
    of,
    // Days alone are seldom groups; who wants each day for itself says so.
    unit: hasMoments(key)
      ? (UNITS.find((each) => each !== '' && each === unit) ?? (unit === 'each' ? '' : 'month'))
      : '',
  }
}
