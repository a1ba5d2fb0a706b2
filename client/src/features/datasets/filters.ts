import type { Column } from '../../api/types'
import type { LaterMessages } from '../../i18n/later'
import { type ColumnKind, isRealDate, kindOf } from './columnTypes'

/** Operators of the server; `notnull` is its `isnull:false`. */
export type FilterOp =
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'in'
  | 'icontains'
  | 'contains'
  | 'starts'
  | 'isnull'
  | 'notnull'
export type Filter = { column: string; op: FilterOp; value: string }

const TEXT_OPS = ['icontains', 'contains', 'starts'] as const
const SERVER_OPS = ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'in', ...TEXT_OPS, 'isnull'] as const
const COMPARED: FilterOp[] = ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'in', 'isnull', 'notnull']
/** The first one is what a form begins with: who looks for a text seldom means its upper and lower case. */
const OPS: Partial<Record<ColumnKind, FilterOp[]>> = {
  text: [...TEXT_OPS, 'eq', 'ne', 'in', 'isnull', 'notnull'],
  bool: ['eq', 'isnull', 'notnull'],
}

export const opsFor = (column: Column): FilterOp[] => OPS[kindOf(column)] ?? COMPARED
export const needsValue = (op: FilterOp): boolean => op !== 'isnull' && op !== 'notnull'

export const filterText = ({ column, op, value }: Filter): string => {
  if (op === 'notnull') return `${column}:isnull:false`
  return op === 'isnull' ? `${column}:isnull:true` : `${column}:${op}:${value}`
}

const isServerOp = (op: string): op is (typeof SERVER_OPS)[number] =>
  (SERVER_OPS as readonly string[]).includes(op)

/** Pure: reads `column:op:value`. Names may hold colons: the longest known name is meant, as on the server. */
export const readFilter = (columns: Column[], filter: string): Filter | null => {
  const names = columns.map(({ name }) => name).filter((name) => filter.startsWith(`${name}:`))
  for (const column of names.sort((a, b) => b.length - a.length)) {
    const [op = '', ...rest] = filter.slice(column.length + 1).split(':')
    if (!isServerOp(op)) continue
    const value = rest.join(':')
    if (op === 'isnull') return { column, op: value === 'false' ? 'notnull' : 'isnull', value: '' }
    return { column, op, value }
  }
  return null
}

/** What the server takes as a value to compare with; a moment may end with its day. */
const VALUES: Record<Exclude<ColumnKind, 'text'>, RegExp> = {
  integer: /^[+-]?\d+$/,
  number: /^([+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?Infinity|NaN)$/i,
  bool: /^(true|false)$/i,
  date: /^\d{4}-\d\d-\d\d$/,
  time: /^\d\d:\d\d(:\d\d(\.\d{1,9})?)?$/,
  timestamp: /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?)?(Z|[+-]\d\d(:?\d\d)?)?$/,
}

type Problems = {
  filter: LaterMessages['datasets']['filter']
  expected: LaterMessages['datasets']['edit']['expected']
}

/** Pure: why a condition cannot be asked of a column, in a sentence; null where it can. */
export const valueProblem = (column: Column, op: FilterOp, value: string, words: Problems): string | null => {
  const kind = kindOf(column)
  if (kind === 'text' || !needsValue(op) || TEXT_OPS.some((each) => each === op)) return null
  const values = op === 'in' ? value.split(',').map((each) => each.replace(/^"(.*)"$/, '$1')) : [value]
  const fits = (each: string) => VALUES[kind].test(each) && isRealDate(kind, each)
  return values.every(fits) ? null : words.expected[kind]
}

/** Pure: the same for a filter of the address, which can be about anything. */
export const filterProblem = (columns: Column[], filter: string, words: Problems): string | null => {
  if (filter.startsWith('_rid:')) return null
  const read = readFilter(columns, filter)
  const column = columns.find(({ name }) => name === read?.column)
  if (read === null || column === undefined) return words.filter.notUnderstood
  return valueProblem(column, read.op, read.value, words)
}

/** A filter as a person says it: `price is more than 5`. */
export const filterWords = (
  columns: Column[],
  filter: string,
  words: LaterMessages['datasets']['filter'],
): string => {
  const read = readFilter(columns, filter)
  if (read === null) return filter
  return [read.column, words.ops[read.op], needsValue(read.op) ? read.value : ''].join(' ').trim()
}
