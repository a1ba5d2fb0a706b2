import { expect, test } from 'vitest'
import type { Column, Table } from '../../../api/types'
import { type ChartAddress, chartChoiceOf } from './chartChoice'

const column = (name: string, type: string) => ({ name, type, style: type, missing: {} }) as Column
const COLUMNS = [
  column('city', 'text'),
  column('day', 'date'),
  column('price', 'double'),
  column('n', 'int64'),
]
const [city, day, price, n] = COLUMNS
const NOTHING: ChartAddress = { chart: '', by: '', unit: '', split: '', measure: '', top: 0 }
const choice = (asked: Partial<ChartAddress>) => chartChoiceOf({ ...NOTHING, ...asked }, COLUMNS, null)

test.each([
  [
    { by: 'day', measure: 'sum(price)', unit: 'week' },
    { kind: 'line', by: day, measure: 'sum', of: price, unit: 'week' },
  ],
  [
    { by: 'day', unit: 'each' },
    { kind: 'line', by: day, measure: 'count', unit: '' },
  ],
  [
    { by: 'city', measure: 'avg(gone)', unit: 'month' },
    { kind: 'bar', by: city, measure: 'avg', of: price, unit: '' },
  ],
  [
    { by: 'gone', measure: 'median(price)' },
    { kind: 'line', by: day, measure: 'count', unit: 'month' },
  ],
  [
    { by: 'city', measure: 'distinct(day)', top: 50 },
    { kind: 'bar', by: city, measure: 'distinct', of: day, top: 50 },
  ],
  [
    { by: 'city', split: 'day' },
    { by: city, split: day, splitUnit: 'year', top: 20 },
  ],
  [
    { by: 'city', split: 'city' },
    { by: city, split: undefined },
  ],
  [
    { chart: 'histogram', by: 'city', split: 'day' },
    { kind: 'histogram', by: price, split: undefined },
  ],
  [
    { chart: 'scatter', by: 'price' },
    { kind: 'scatter', by: price, of: n },
  ],
  [
    { chart: 'box', by: 'city', measure: 'max(n)' },
    { kind: 'box', by: city, of: n },
  ],
])('%o', (asked, expected) => expect(choice(asked)).toMatchObject(expected))

type Facts = Record<string, { distinct: number; count: number; min?: string; max?: string }>
const firstOf = (columns: Column[], facts: Facts) => {
  const { kind, by } = chartChoiceOf(NOTHING, columns, facts as unknown as Table['aggregates'])
  return [kind, by?.name]
}

test('the first chart is the course in time, else few groups, else how numbers spread, and never free text', () => {
  const long = { distinct: 40, count: 40, min: 'a'.repeat(80), max: 'z'.repeat(80) }
  const texts = [column('note', 'text'), column('city', 'text'), column('n', 'int64')]
  const facts = { note: { distinct: 900, count: 1000 }, city: { distinct: 3, count: 1000 } }
  expect(firstOf(COLUMNS, {})).toEqual(['line', 'day'])
  expect(firstOf(texts, facts)).toEqual(['bar', 'city'])
  expect(firstOf(texts, { ...facts, city: { distinct: 1, count: 1000 } })).toEqual(['histogram', 'n'])
  expect(firstOf(texts, { note: long, city: long })).toEqual(['histogram', 'n'])
  expect(firstOf([column('note', 'text')], { note: { distinct: 900, count: 900 } })).toEqual([
    'bar',
    undefined,
  ])
})
