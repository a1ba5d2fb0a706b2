import type { Cell, Column } from '../../api/types'
import { laterText } from '../../i18n/later'

/** What can be done with a column, as far as the page tells kinds apart. */
export type ColumnKind = 'integer' | 'number' | 'bool' | 'date' | 'time' | 'timestamp' | 'text'

const KINDS: [RegExp, ColumnKind][] = [
  [/^int/, 'integer'],
  [/^(decimal|double|float)/, 'number'],
  [/^bool/, 'bool'],
  [/^date$/, 'date'],
  [/^timestamp/, 'timestamp'],
  [/^time$/, 'time'],
]

export const kindOf = ({ type }: Column): ColumnKind =>
  KINDS.find(([pattern]) => pattern.test(type))?.[1] ?? 'text'

export const isNumeric = (column: Column): boolean => {
  const kind = kindOf(column)
  return kind === 'integer' || kind === 'number'
}

const SHAPES: Record<Exclude<ColumnKind, 'text'>, RegExp> = {
  integer: /^-?\d+$/,
  number: /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i,
  bool: /^(true|false)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  time: /^\d\d:\d\d(:\d\d(\.\d{1,9})?)?$/,
  timestamp: /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?$/,
}

/** A cell that was typed in, or the sentence that says what is expected instead. */
export type Typed = { value: Cell; refusal: null } | { refusal: string }

const keep = (value: Cell): Typed => ({ value, refusal: null })

/** A number goes as a number only where that changes no digit. */
const exactNumber = (typed: string): number | string => {
  const value = Number(typed)
  return String(value) === typed && (Number.isSafeInteger(value) || !Number.isInteger(value)) ? value : typed
}

/**
 * Pure: reads what somebody typed into a cell of the column. An empty field is null, except in a text column.
 * `seen`: what the cell holds. Where that is written in a way that the page does not know, the server decides.
 */
export const readTyped = (column: Column, typed: string, seen: Cell = null): Typed => {
  const kind = kindOf(column)
  if (column.type === 'text') return keep(typed)
  const trimmed = typed.trim()
  if (trimmed === '') return keep(null)
  if (kind === 'text') return keep(trimmed)
  if (seen !== null && !SHAPES[kind].test(String(seen))) return keep(trimmed)
  if (!SHAPES[kind].test(trimmed) || !isRealDate(kind, trimmed))
    return { refusal: laterText().datasets.edit.expected[kind] }
  if (kind === 'bool') return keep(trimmed === 'true')
  return keep(kind === 'integer' || kind === 'number' ? exactNumber(trimmed) : trimmed)
}

/** The thirtieth of February has the shape of a date and is none. */
export const isRealDate = (kind: ColumnKind, typed: string): boolean => {
  if (kind !== 'date' && kind !== 'timestamp') return true
  const day = typed.slice(0, 10)
  const time = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(day)
}

export const asTyped = (value: Cell | undefined): string =>
  value === null || value === undefined ? '' : String(value)

/** Pure: what is written in a cell, for a sentence: "nothing" has to be said in words. */
export const writtenOrNull = (cell: Cell, words: { null: string; empty: string }): string => {
  if (cell === null) return words.null
  return cell === '' ? words.empty : String(cell)
}

/** Pure: what of a column is to change; null: nothing. */
export const wishOf = (
  column: Column,
  wanted: { name: string; type: string; style: string },
): { name?: string; type?: string; style?: string } | null => {
  const style = wanted.style.trim()
  const wish = {
    ...(wanted.name !== column.name && { name: wanted.name }),
    ...((wanted.type !== column.type || style !== '') && { type: wanted.type }),
    ...(style !== '' && { style }),
  }
  return Object.keys(wish).length > 0 ? wish : null
}
