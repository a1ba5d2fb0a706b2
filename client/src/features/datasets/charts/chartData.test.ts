import { expect, test } from 'vitest'
import type { Profile } from '../../../api/types'
import { en } from '../../../i18n/en'
import { groupChart, profileChart } from './chartData'

const words = en.datasets
const profile = (fields: Partial<Profile> & Pick<Profile, 'shape'>): Profile => ({
  version: 0,
  column: 'c',
  type: 'int64',
  ...fields,
})

test('bins of numbers become bars with their borders', () => {
  const bins = [
    { from: 0, to: 10, count: 3 },
    { from: 10, to: 20, count: 0 },
  ]
  const chart = profileChart(profile({ shape: 'histogram', bins }), words)
  expect(chart?.bars).toEqual([
    { key: '0 – 10', value: 3 },
    { key: '10 – 20', value: 0 },
  ])
  expect(chart?.sideways).toBe(false)
})

test.each([
  ['month', '2024-03'],
  ['day', '2024-03-01'],
  ['year', '2024'],
  ['hour', '2024-03-01 05:00:00'],
])('a series by %s names its moments as %s', (unit, key) => {
  const points = [{ from: '2024-03-01T05:00:00', count: 1 }]
  expect(profileChart(profile({ shape: 'series', unit, points }), words)?.bars).toEqual([{ key, value: 1 }])
})

test('the others are told together, without a bar', () => {
  const values = [
    { value: 'a', count: 5 },
    { value: null, count: 2 },
  ]
  const chart = profileChart(profile({ shape: 'values', values, other: 9 }), words)
  expect(chart?.bars).toEqual([
    { key: 'a', value: 5 },
    { key: 'null', value: 2 },
  ])
  expect(chart?.rest).toEqual({ key: 'others', value: 9 })
})

test('a column without values has no chart', () =>
  expect(profileChart(profile({ shape: 'values', values: [] }), words)).toBeNull())

test('groups are named by their key; one without a number has no bar', () => {
  const groups = [
    { key: 'a', value: 3 },
    { key: null, value: '12.5' },
    { key: 'c', value: null },
  ]
  const chart = groupChart(
    { version: 0, by: 'city', measure: 'avg(x)', groups, more: false },
    'Mean of x',
    words,
  )
  expect(chart.title).toBe('Mean of x by city')
  expect(chart.bars).toEqual([
    { key: 'a', value: 3 },
    { key: 'null', value: 12.5 },
  ])
})

test('only the most frequent values have bars', () => {
  const values = Array.from({ length: 11 }, (_, n) => ({ value: `v${n}`, count: 20 - n }))
  const chart = profileChart(profile({ shape: 'values', values, other: 5 }), words)
  expect(chart?.bars).toHaveLength(8)
  expect(chart?.rest?.value).toBe(12 + 11 + 10 + 5)
})
