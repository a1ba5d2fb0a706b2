import type { Text } from './written'

/** What stands between the cells of a line; `none`: a line is one cell. */
export type Separator = '\t' | ',' | ';' | 'none'

/** The end of a quoted field that begins at `start`, behind its closing quote; -1 where it is no quoted field. */
const quotedEnd = (text: string, start: number, separator: Separator): number => {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] !== '"') continue
    if (text[at + 1] === '"') at += 1
    else return at + 1 >= text.length || isEnd(text, at + 1, separator) ? at + 1 : -1
  }
  return -1
}

const isEnd = (text: string, at: number, separator: Separator): boolean =>
  text[at] === separator || text[at] === '\n' || text[at] === '\r'

/** Where a field without quotes ends. */
const plainEnd = (text: string, start: number, separator: Separator): number => {
  let at = start
  while (at < text.length && !isEnd(text, at, separator)) at += 1
  return at
}

type Field = { value: Text; end: number }

const fieldAt = (text: string, start: number, separator: Separator): Field => {
  const close = text[start] === '"' ? quotedEnd(text, start, separator) : -1
  if (close >= 0) return { value: text.slice(start + 1, close - 1).replaceAll('""', '"'), end: close }
  const end = plainEnd(text, start, separator)
  return { value: end === start ? null : text.slice(start, end), end }
}

/**
 * Pure: the cells of a text from a clipboard. An empty field is missing, one in quotes is an empty text; line ends
 * inside of quotes belong to their cell. A quote that no quote closes is a letter like any other. Lines may differ in
 * length; the end of the last one makes no row.
 */
export const cellsOf = (text: string, separator: Separator): Text[][] => {
  const rows: Text[][] = []
  let row: Text[] = []
  let at = 0
  while (at <= text.length) {
    const { value, end } = fieldAt(text, at, separator)
    row.push(value)
    if (end < text.length && text[end] === separator) {
      at = end + 1
      continue
    }
    rows.push(row)
    row = []
    at = end + (text.startsWith('\r\n', end) ? 2 : 1)
    if (at >= text.length) break
  }
  return rows
}

const DECIMAL_COMMA = /^-?\d+,\d+$/

/** Pure: what separates the cells of a text: tabs, as spreadsheets copy; else what all of its lines have alike. */
export const separatorOf = (text: string): Separator => {
  if (cellsOf(text, '\t').some((row) => row.length > 1)) return '\t'
  for (const separator of [';', ','] as const) {
    const rows = cellsOf(text, separator)
    const isTable = rows.length > 1 && rows.every((row) => row.length > 1 && row.length === rows[0]?.length)
    const areNumbers =
      separator === ',' && cellsOf(text, 'none').every(([cell]) => DECIMAL_COMMA.test(cell ?? ''))
    if (isTable && !areNumbers) return separator
  }
  return 'none'
}
