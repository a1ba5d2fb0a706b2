import type { Completion } from '@codemirror/autocomplete'
import type { SchemaTable } from '../../api/sqlApi'

const PLAIN = /^[a-z_][a-z0-9_]*$/i
/** Words that no column is called by without quotes. */
const RESERVED =
  /^(all|and|any|as|asc|case|cast|check|column|create|default|desc|distinct|do|else|end|except|false|for|from|group|having|in|into|is|limit|not|null|offset|on|or|order|select|table|then|to|true|union|unique|using|when|where|window|with)$/i

/** Pure: a name as a statement writes it. */
export const quoted = (name: string): string =>
  PLAIN.test(name) && !RESERVED.test(name) ? name : `"${name.replaceAll('"', '""')}"`

const isNamed = (statement: string, { id, reference }: SchemaTable): boolean =>
  statement.includes(reference) || statement.includes(`'${id}'`)

const tableCompletion = ({ name, reference, owner }: SchemaTable): Completion => ({
  label: name,
  apply: reference,
  detail: owner,
  type: 'class',
})

const columnCompletion = ({ name, type }: SchemaTable['columns'][number]): Completion => ({
  label: name,
  apply: quoted(name),
  detail: type,
  type: 'property',
  boost: 1,
})

/** Pure: the tables, and the columns of those that the statement names; each column once. */
export const completionsFor = (tables: readonly SchemaTable[], statement: string): Completion[] => {
  const columns = new Map<string, Completion>()
  for (const table of tables.filter((each) => isNamed(statement, each)))
    for (const column of table.columns) columns.set(`${column.name} ${column.type}`, columnCompletion(column))
  return [...columns.values(), ...tables.map(tableCompletion)]
}

/** Pure: where a character that the server counts, from 0, stands in a text of the browser, and the end of its word. */
export const markedRange = (statement: string, position: number): { from: number; to: number } => {
  const from = [...statement].slice(0, position).join('').length
  const word = /^(?:"[^"]*"|'[^']*'|\w+|\S)/.exec(statement.slice(from))
  return { from, to: Math.min(statement.length, from + (word?.[0].length ?? 1)) }
}

/** Pure: line and column of a place in a text, from 1. */
export const lineOf = (statement: string, place: number): { line: number; column: number } => {
  const lines = statement.slice(0, place).split('\n')
  return { line: lines.length, column: [...(lines.at(-1) ?? '')].length + 1 }
}
