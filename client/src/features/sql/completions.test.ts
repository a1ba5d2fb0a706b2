import { expect, test } from 'vitest'
import type { SchemaTable } from '../../api/sqlApi'
import { completionsFor, lineOf, markedRange, quoted } from './completions'

const table = (name: string, columns: string[]): SchemaTable => ({
  id: `id-of-${name}`,
  name,
  reference: `"${name}"`,
  columns: columns.map((each) => ({ name: each, type: 'text' })),
  row_count: 1,
  version: 0,
  owner: 'ann',
  role: 'owner',
})
const TABLES = [table('sales.csv', ['city', 'order', 'unit price']), table('other.csv', ['secret'])]
const applied = (statement: string) => completionsFor(TABLES, statement).map(({ apply }) => apply)

test('columns are offered of the tables that the statement names, as it has to write them', () => {
  expect(applied('FROM "sales.csv"')).toEqual([
    'city',
    '"order"',
    '"unit price"',
    '"sales.csv"',
    '"other.csv"',
  ])
  expect(applied("FROM dataset('id-of-other.csv')")).toContain('secret')
  expect(applied('SELECT 1')).toEqual(['"sales.csv"', '"other.csv"'])
})

test('a name that is no word of SQL stands in quotes', () => {
  expect([quoted('a_1'), quoted('1a'), quoted('say "x"'), quoted('Select')]).toEqual([
    'a_1',
    '"1a"',
    '"say ""x"""',
    '"Select"',
  ])
})

test('the place of an error is counted in characters, and its word is marked', () => {
  const statement = "SELECT '😀' AS a,\n  nope FROM x"
  const position = [...statement].indexOf('n', 10)

  const { from, to } = markedRange(statement, position)

  expect(statement.slice(from, to)).toBe('nope')
  expect(lineOf(statement, from)).toEqual({ line: 2, column: 3 })
  expect(markedRange('SELECT', 6)).toEqual({ from: 6, to: 6 })
})
