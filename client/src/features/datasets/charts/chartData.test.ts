import { expect, test } from 'vitest'
import type { Group, Profile } from '../../../api/types'
import { datasets } from '../../../i18n/en/datasets'
import { type ChartData, groupChart, profileChart } from './chartData'

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

const grouped = (by: string, groups: Group[]) => ({
  version: 0,
  by,
  measure: 'm',
  unit: null,
  groups,
  more: false,
})

test('keys are written as in the table, with all of their digits', () => {
  const groups = [1234567, 1234568, 1234569, '9007199254740993'].map((key) => ({ key, value: 1 }))
  const chart = groupChart(grouped('code', groups), 'count', 'Number of rows', words)
  expect(chart.title).toBe('Number of rows by code')
  expect(chart.bars.map(({ key }) => key)).toEqual(['1234567', '1234568', '1234569', '9007199254740993'])
})

test('sums have every digit; a least or greatest is a cell, and written as one', () => {
  const sum = groupChart(grouped('city', [{ key: 'a', value: 2005003 }]), 'sum', 'Sum of x', words)
  expect(sum.bars[0]).toMatchObject({ value: 2005003, text: '2,005,003' })
  const most = groupChart(grouped('city', [{ key: 'a', value: 2024 }]), 'max', 'Greatest', words)
  expect(most).toMatchObject({ asCells: true, bars: [{ text: '2024' }] })
})

test('a group without a number has no bar, but its line in the table', () => {
  const groups = [
    { key: null, value: '12.50' },
    { key: 'c', value: null },
  ]
  const { bars } = groupChart(grouped('city', groups), 'avg', 'Mean of x', words)
  expect(bars).toMatchObject([
    { key: 'null', value: 12.5, text: '12.50' },
    { key: 'c', value: null, text: 'null' },
  ])
})

test('bars that are written alike are still different ones', () => {
  const groups = [null, 'null', ''].map((key) => ({ key, value: 1 }))
  const { bars } = groupChart(grouped('city', groups), 'count', 'Number of rows', words)
  expect(new Set(bars.map(({ id }) => id)).size).toBe(3)
})

test('long texts with one start are still different ones, and said to be cut', () => {
  const key = `${'x'.repeat(1000)}…`
  const groups = [1, 2].map((value) => ({ key, value, cut: true }))
  const { bars } = groupChart(grouped('city', groups), 'count', 'Number of rows', words)
  expect(new Set(bars.map(({ id }) => id)).size).toBe(2)
  expect(bars.every(({ cut }) => cut)).toBe(true)
})

test.each([
  ['9007199254740993', '9007199254740993'],
  ['12345678901234567890.123456', '12345678901234567890.123456'],
  ['2024-01-03 09:05:00Z', '2024-01-03 09:05:00Z'],
  ['planks of oak and pine', 'planks of oak a…'],
])('beside its bar %s stands as %s', (key, tick) => {
  const { bars } = groupChart(grouped('city', [{ key, value: 1 }]), 'count', 'Number of rows', words)
  expect(bars[0]).toMatchObject({ key, tick })
})

test('only the most frequent values have bars', () => {
  const values = Array.from({ length: 11 }, (_, n) => ({ value: `v${n}`, count: 20 - n }))
  const chart = profileChart(profile({ shape: 'values', values, other: 5 }), words)
  expect(chart?.bars).toHaveLength(8)
  expect(chart?.rest?.value).toBe(12 + 11 + 10 + 5)
})

test('groups by a unit of time stand side by side, named as far as the unit goes', () => {
  const months = { ...grouped('day', [{ key: '2025-12-01', value: '1.50' }]), unit: 'month' }
  expect(groupChart(months, 'sum', 'Sum of price', words)).toMatchObject({
    sideways: false,
    bars: [{ key: '2025-12', filters: ['day:ge:2025-12-01', 'day:lt:2026-01-01'] }],
  })
})
