import { expect, test } from 'vitest'
import { en } from '../../i18n/en'
import { filterText, filterWords, opsFor, readFilter } from './filters'

const columns = [
  { name: 'price', type: 'double' },
  { name: 'a:b', type: 'text' },
  { name: 'a', type: 'text' },
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

test('text is searched, numbers are compared', () => {
  expect(opsFor({ name: 'n', type: 'int64' })).not.toContain('contains')
  expect(opsFor({ name: 't', type: 'text' })).toContain('contains')
})

test('a filter is said in words', () => {
  expect(filterWords(columns, 'price:gt:5', en.datasets.filter)).toBe('price is more than 5')
  expect(filterWords(columns, 'price:isnull:false', en.datasets.filter)).toBe('price is not null')
})
