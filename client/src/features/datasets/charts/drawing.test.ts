import { expect, test } from 'vitest'
import type { CrossTable } from '../../../api/chartsApi'
import type { Cell, Column } from '../../../api/types'
import { datasets as words } from '../../../i18n/en/datasets'
import type { ChartChoice, Measure } from './chartChoice'
import { boxDrawing, crossDrawing, csvOf, histogramDrawing, pointsDrawing } from './drawing'

const column = (name: string, type = 'text') => ({ name, type, style: type, missing: {} }) as Column
const choice = (fields: Partial<ChartChoice> = {}): ChartChoice => ({
  kind: 'bar',
  by: column('city'),
  unit: '',
  split: undefined,
  splitUnit: '',
  measure: 'sum',
  of: column('price', 'double'),
  top: 20,
  ...fields,
})
const cross = (fields: Partial<CrossTable>): CrossTable => ({
  version: 0,
  by: 'city',
  unit: null,
  split: null,
  split_unit: null,
  measure: 'm',
  groups: [],
  rest: null,
  splits: [],
  others: null,
  ...fields,
})
const group = (key: Cell, value: Cell, text = key === null ? null : String(key)) => ({ key, text, value })
const drawn = (fields: Partial<CrossTable>, measure: Measure = 'sum', more: Partial<ChartChoice> = {}) =>
  crossDrawing(cross(fields), choice({ measure, ...more }), 'Sum of price', words)

test('keys are written as in the table, filters have their values, and sums every digit', () => {
  const groups = [group('2025-12-31', '12345678901234567890.50', '31.12.2025'), group(null, 2005003)]
  const chart = drawn({ groups })
  expect(chart.title).toBe('Sum of price by city')
  expect(chart.labels).toEqual(['31.12.2025', 'null'])
  expect(chart.rows.map(({ cells }) => cells)).toEqual([
    ['31.12.2025', '12,345,678,901,234,567,890.50'],
    ['null', '2,005,003'],
  ])
  expect(chart.series[0]).toMatchObject({
    values: [Number('12345678901234567890.50'), 2005003],
    picks: [['city:eq:2025-12-31'], ['city:isnull:true']],
  })
  expect(csvOf(chart)).toBe('city,Sum of price\r\n31.12.2025,12345678901234567890.50\r\nnull,2005003\r\n')
})

test('a least or greatest is a cell, and a group without a number has no bar, but its line in the table', () => {
  expect(drawn({ groups: [group('a', 2024)] }, 'max').rows[0]?.cells).toEqual(['a', '2024'])
  const mean = drawn({ groups: [group('c', null)] }, 'avg')
  expect(mean.series[0]?.values).toEqual([null])
  expect(mean.rows[0]?.cells).toEqual(['c', 'null'])
})

test('the rest has a bar of its own, and no filter; along time it is told below', () => {
  const rest = { groups: 3, value: 7 }
  const chart = drawn({ groups: [group('a', 9)], rest })
  expect(chart.labels).toEqual(['a', '3 others'])
  expect(chart.series[0]).toMatchObject({ values: [9, 7], picks: [['city:eq:a'], []] })
  const months = drawn({ groups: [group('2025-12-01', 9)], rest }, 'sum', { unit: 'month', kind: 'line' })
  expect(months.labels).toEqual(['2025-12'])
  expect(months.series[0]?.picks).toEqual([['city:ge:2025-12-01', 'city:lt:2026-01-01']])
  expect(months.rows.map(({ cells }) => cells[1])).toEqual(['9', '7'])
  expect(months.note).not.toBeNull()
})

test('of two dimensions each part has a series, a click leaves the rows of both, and the table has all', () => {
  const chart = drawn(
    {
      groups: [group('a', 5), group('b', 3)],
      splits: [{ key: 1, text: '1', values: [4, null] }],
      others: { groups: 2, values: [1, 3] },
    },
    'count',
    { split: column('n', 'int64') },
  )
  expect(chart.heads).toEqual(['city', '1', '2 others', 'All'])
  expect(chart.series.map(({ name, values, isRest }) => [name, values, isRest])).toEqual([
    ['1', [4, null], false],
    ['2 others', [1, 3], true],
  ])
  expect(chart.series[0]?.picks).toEqual([
    ['city:eq:a', 'n:eq:1'],
    ['city:eq:b', 'n:eq:1'],
  ])
  expect(chart.series[1]?.picks).toEqual([[], []])
  expect(chart.rows.map(({ plain }) => plain)).toEqual([
    ['a', '4', '1', '5'],
    ['b', '', '3', '3'],
  ])
})

test('texts that are cut leave no rows alone', () => {
  const chart = drawn({ groups: [{ ...group('xxx…', 1), cut: true }] })
  expect(chart.series[0]?.picks).toEqual([[]])
})

test('boxes tell five numbers with all of their digits', () => {
  const five = { min: '0.10', q1: 1, median: 2, q3: 3, max: '9007199254740993.5' }
  const boxes = [{ key: 'a', text: 'a', count: 1234, ...five }]
  const answer = { version: 0, column: 'price', by: 'city', unit: null, boxes, more: true }
  const chart = boxDrawing(answer, choice({ kind: 'box' }), words)
  expect(chart.rows[0]?.cells).toEqual(['a', '1,234', '0.10', '1', '2', '3', '9,007,199,254,740,993.5'])
  expect(chart.boxes[0]).toMatchObject({ low: 0.1, median: 2 })
  expect(chart.note).toContain('1 group')
})

test('points know their rows, days stand along the axis, and what is no number is in the table alone', () => {
  const points = [
    { _rid: 7, x: '2024-01-02', y: '1.50' },
    { _rid: 8, x: '2024-01-03', y: 'NaN' },
  ]
  const chart = pointsDrawing(
    { version: 0, x: 'day', y: 'price', points, total: 9 },
    { x: true, y: false },
    words,
  )
  expect(chart.points).toEqual([
    { x: Date.UTC(2024, 0, 2), y: 1.5, text: 'day 2024-01-02, price 1.50', filters: ['_rid:eq:7'] },
  ])
  expect(chart.rows).toHaveLength(2)
  expect(chart.note).toBe('An even sample of 2 of 9 rows')
})

test('a histogram is the profile of a column', () => {
  const bins = [
    { from: 0, to: 10, count: 3 },
    { from: 10, to: 20, count: 1 },
  ]
  const chart = histogramDrawing({ version: 0, column: 'n', type: 'int64', shape: 'histogram', bins }, words)
  expect(chart?.series[0]).toMatchObject({
    values: [3, 1],
    picks: [
      ['n:ge:0', 'n:lt:10'],
      ['n:ge:10', 'n:le:20'],
    ],
  })
  expect(
    histogramDrawing({ version: 0, column: 'n', type: 'text', shape: 'values', values: [] }, words),
  ).toBeNull()
})

test('CSV quotes what needs it', () => {
  expect(csvOf(drawn({ groups: [group('a,"b"', 1)] }))).toContain('"a,""b""",1')
})
