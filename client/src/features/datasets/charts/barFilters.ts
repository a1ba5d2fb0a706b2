import type { Cell } from '../../../api/types'

/** Milliseconds of units that all have one length. */
const LENGTHS: Readonly<Record<string, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
}
const MONTHS: Readonly<Record<string, number>> = {
  month: 1,
  quarter: 3,
  year: 12,
  decade: 120,
  century: 1200,
}

/** Pure: how the next unit of time begins, written as `from` is; null where that is no moment or no such unit. */
export const nextStart = (from: string, unit: string): string | null => {
  const start = new Date(from.length > 10 ? `${from}Z` : `${from}T00:00:00Z`)
  if (Number.isNaN(start.getTime())) return null
  const [length, months] = [LENGTHS[unit], MONTHS[unit]]
  if (length !== undefined) start.setTime(start.getTime() + length)
  else if (months !== undefined) start.setUTCMonth(start.getUTCMonth() + months)
  else return null
  const text = start.toISOString()
  // Beyond the year 9999 a filter cannot say it.
  return text.startsWith('+') ? null : text.slice(0, from.length)
}

/** Pure: the filters that leave the rows of one value. */
export const valueFilters = (column: string, value: Cell): string[] =>
  value === null ? [`${column}:isnull:true`] : [`${column}:eq:${value}`]

/** Pure: the filters that leave the rows of one unit of time; none where its end cannot be said. */
export const unitFilters = (column: string, from: Cell, unit: string): string[] => {
  if (from === null) return valueFilters(column, null)
  const end = nextStart(String(from), unit)
  return end === null ? [] : [`${column}:ge:${from}`, `${column}:lt:${end}`]
}

/** Pure: the filters that leave the rows of one bin; the last bin has its upper border, too. */
export const binFilters = (
  column: string,
  [from, to]: [number, number],
  { integral, isLast }: { integral: boolean; isLast: boolean },
): string[] => {
  const border = (value: number) => String(integral ? Math.ceil(value) : value)
  return [`${column}:ge:${border(from)}`, `${column}:${isLast ? 'le' : 'lt'}:${border(to)}`]
}
