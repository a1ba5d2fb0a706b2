import { expect, test } from 'vitest'
import type { Profile } from '../../../api/types'
import { datasets } from '../../../i18n/en/datasets'
import { type ChartData, profileChart } from './chartData'

const words = datasets
const profile = (fields: Partial<Profile> & Pick<Profile, 'shape'>): Profile => ({
  version: 0,
  column: 'c',
  type: 'int64',
  ...fields,
})

const barsOf = (chart: ChartData | null) => chart?.bars.map(({ key, value }) => [key, value])

test('bins of numbers become bars with their borders', () => {
  const bins = [
    { from: '0.0', to: '10.0', count: 3 },
    { from: '10.0', to: '20.0', count: 0 },
  ]
  const chart = profileChart(profile({ shape: 'histogram', bins }), words)
  expect(barsOf(chart)).toEqual([
    ['0 – 10', 3],
    ['10 – 20', 0],
  ])
  expect(chart?.sideways).toBe(false)
})

test('years are years, and neighbours in a large range stay apart', () => {
  const years = [
    { from: '2023.0', to: '2024.0', count: 1 },
    { from: '2024.0', to: '2025.0', count: 2 },
  ]
  expect(barsOf(profileChart(profile({ shape: 'histogram', bins: years }), words))).toEqual([
    ['2023', 1],
    ['2024', 2],
  ])
  const bins = [
    { from: 1234567.1, to: 1234567.4, count: 1 },
    { from: 1234567.4, to: 1234567.7000000002, count: 1 },
  ]
  const close = profileChart(profile({ shape: 'histogram', type: 'double', bins }), words)
  expect(barsOf(close)).toEqual([
    ['1234567.1 – 1234567.4', 1],
    ['1234567.4 – 1234567.7', 1],
  ])
})

test.each([
  ['month', '2024-03'],
  ['day', '2024-03-01'],
  ['year', '2024'],
  ['hour', '2024-03-01 05:00:00'],
])('a series by %s names its moments as %s', (unit, key) => {
  const points = [{ from: '2024-03-01T05:00:00', count: 1 }]
  expect(barsOf(profileChart(profile({ shape: 'series', unit, points }), words))).toEqual([[key, 1]])
})

test('the others are shown together, without a bar', () => {
  const values = [
    { value: 'a', count: 5 },
    { value: null, count: 2 },
  ]
  const chart = profileChart(profile({ shape: 'values', type: 'text', values, other: 1234 }), words)
  expect(barsOf(chart)).toEqual([
    ['a', 5],
    ['null', 2],
  ])
  expect(chart?.rest).toMatchObject({ key: 'others', text: '1,234' })
})

test('a column without values has no chart', () =>
  expect(profileChart(profile({ shape: 'values', values: [] }), words)).toBeNull())

test('only the most frequent values have bars', () => {
  const values = Array.from({ length: 11 }, (_, n) => ({ value: `v${n}`, count: 20 - n }))
  const chart = profileChart(profile({ shape: 'values', values, other: 5 }), words)
  expect(chart?.bars).toHaveLength(8)
  expect(chart?.rest?.value).toBe(12 + 11 + 10 + 5)
})
