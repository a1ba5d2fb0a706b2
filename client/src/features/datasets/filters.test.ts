import { expect, test } from 'vitest'
import { datasets } from '../../i18n/en/datasets'
import { filterProblem, filterText, filterWords, opsFor, readFilter } from './filters'

const columns = [
  { name: 'price', type: 'double', style: null },
  { name: 'a:b', type: 'text', style: null },
  { name: 'a', type: 'text', style: null },
]

test.each([
  ['price:gt:5', { column: 'price', op: 'gt', value: '5' }],
  ['a:b:eq:x:y', { column: 'a:b', op: 'eq', value: 'x:y' }],
  ['a:eq:b:eq', { column: 'a', op: 'eq', value: 'b:eq' }],
  ['price:isnull:false', { column: 'price', op: 'notnull', value: '' }],
  ['price:isnull', { column: 'price', op: 'isnull', value: '' }],
] as const)('%s is read as the server reads it', (filter, read) =>
  expect(readFilter(columns, filter)).toEqual(read),
)

test.each(['other:eq:1', 'price:like:1', 'price', ''])('%j is no filter of these columns', (filter) =>
  expect(readFilter(columns, filter)).toBeNull(),
)

test('what is written is read again', () => {
  for (const column of columns)
    for (const op of opsFor(column)) {
      const filter = { column: column.name, op, value: op.endsWith('null') ? '' : 'v:1' }
      expect(readFilter(columns, filterText(filter))).toEqual(filter)
    }
})

test.each(['n:contains:1', 'day:starts:2026-', 'b:icontains:TR'])('%s looks at what is written', (filter) =>
  expect(filterProblem(typed, filter, said)).toBeNull(),
)

test('text is searched, numbers are compared', () => {
  expect(opsFor({ name: 'n', type: 'int64', style: null })).not.toContain('contains')
  expect(opsFor({ name: 't', type: 'text', style: null })).toContain('contains')
})

test('a form for text begins with looking in any case, one for numbers with the same number', () => {
  expect(opsFor({ name: 't', type: 'text', style: null })[0]).toBe('icontains')
  expect(opsFor({ name: 'n', type: 'int64', style: null })[0]).toBe('eq')
})

test('a filter is said in words', () => {
  expect(filterWords(columns, 'price:gt:5', datasets.filter)).toBe('price is more than 5')
  expect(filterWords(columns, 'a:icontains:Oak', datasets.filter)).toBe('a contains (any case) Oak')
  expect(filterWords(columns, 'price:isnull:false', datasets.filter)).toBe('price is not null')
})

const said = { filter: datasets.filter, expected: datasets.edit.expected }
const typed = [
  { name: 'n', type: 'int64', style: null },
  { name: 'd', type: 'decimal(9,2)', style: null },
  { name: 'b', type: 'bool', style: null },
  { name: 'day', type: 'date', style: null },
  { name: 'at', type: 'timestamp', style: null },
  { name: 't', type: 'text', style: null },
  { name: 'id', type: 'uuid', style: null },
]

test.each([
  'n:eq:7',
  'n:in:1,2,"3"',
  'n:isnull',
  'd:gt:-1.5',
  'd:le:.5',
  'b:eq:TRUE',
  'day:ge:2024-02-29',
  'at:lt:2024-02-29',
  'at:eq:2024-02-29T13:05:09.5Z',
  't:eq:anything: at all',
  'id:eq:what the server knows best',
  '_rid:eq:4',
])('%s can be asked', (filter) => expect(filterProblem(typed, filter, said)).toBeNull())

test.each([
  ['n:eq:abc', 'A whole number is expected, such as 42.'],
  ['n:gt:1.5', 'A whole number is expected, such as 42.'],
  ['n:in:1,x', 'A whole number is expected, such as 42.'],
  ['n:eq:', 'A whole number is expected, such as 42.'],
  ['d:lt:cheap', 'A number is expected, such as 2.5.'],
  ['b:eq:yes', 'Only true or false fit here.'],
  ['day:eq:2024-02-30', 'A date is expected, such as 2026-11-21.'],
  ['at:eq:noon', 'Date and time are expected, such as 2026-11-21 13:05:09.'],
  ['gone:eq:1', 'The table has no such column, or there is no such condition.'],
  ['n:like:1', 'The table has no such column, or there is no such condition.'],
])('%s cannot be asked, and it is said why', (filter, reason) =>
  expect(filterProblem(typed, filter, said)).toBe(reason),
)
