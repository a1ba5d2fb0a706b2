import { describe, expect, test } from 'vitest'
import { divide, readDecimal, writeDecimal } from './decimals'
import { summaryOf, summaryOfColumns } from './numbers'

test.each([
  ['7', '7'],
  ['-0.50', '-0.50'],
  ['9007199254740993', '9007199254740993'],
  ['1.5e3', '1500'],
  ['1e-7', '0.0000001'],
  ['.5', '0.5'],
])('%s is read with all of its digits', (text, wanted) => {
  const read = readDecimal(text)
  expect(read && writeDecimal(read)).toBe(wanted)
})

test.each(['', '-', '.', 'NaN', 'Infinity', '1,5', '12%', '1e99999'])('%s is no number', (text) => {
  expect(readDecimal(text)).toBeNull()
})

describe('numbers of cells', () => {
  test('are added up without a double', () => {
    expect(summaryOf(['0.1', 0.2, '9007199254740993', null, 'x', true])).toEqual({
      count: '3',
      sum: '9007199254740993.3',
      min: '0.1',
      max: '9007199254740993',
      mean: '3002399751580331.1',
      meanExact: true,
    })
  })
  test('have a mean that says when it is rounded', () => {
    expect(summaryOf([1, 1, 0])).toMatchObject({ mean: '0.666667', meanExact: false })
    expect(summaryOf([-1, -1, 0])).toMatchObject({ mean: '-0.666667', meanExact: false })
    expect(divide({ digits: 10n, scale: 0 }, 4n)).toEqual({ mean: { digits: 25n, scale: 1 }, exact: true })
  })
  test('are none where there are none', () => {
    expect(summaryOf([null, 'x'])).toBeNull()
  })
  test('of whole columns come from what the server has added up', () => {
    const column = {
      count: 2,
      nulls: 0,
      min: '1.50',
      max: 3,
      mean: 2.25,
      sum: '4.50',
      distinct: 2,
      distinct_exact: true,
    }
    const empty = { ...column, count: 0, min: null, max: null, sum: null, mean: null }
    expect(summaryOfColumns([column, empty, { ...column, min: -1, sum: 7 }])).toMatchObject({
      count: '4',
      sum: '11.50',
      min: '-1',
      max: '3',
      mean: '2.875',
    })
  })
})
