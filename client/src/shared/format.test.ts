import { describe, expect, test } from 'vitest'
import { formatBytes, formatExact, formatName, formatPercent, formatTimeLeft, percentOf } from './format'

describe('sizes', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 KB'],
    [412_000_000, '412 MB'],
    [999_960, '1.0 MB'],
    [1_249_300_112, '1.2 GB'],
    [null, '–'],
  ])('%s bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))
})

describe('computed numbers', () => {
  test.each([
    [2005003, '2,005,003'],
    [1234567.5, '1,234,567.5'],
    ['24.50', '24.50'],
    ['-1234.10', '-1,234.10'],
    ['123456789012345678901234567890.12', '123,456,789,012,345,678,901,234,567,890.12'],
    [-0.25, '-0.25'],
    ['1e-07', '1e-07'],
    ['NaN', 'NaN'],
  ])('%s keeps every digit: %s', (value, shown) => expect(formatExact(value)).toBe(shown))
})

describe('time left', () => {
  test.each([
    [null, 'estimating'],
    [3, 'a few seconds left'],
    [44.2, '44 s left'],
    [125, '2 min left'],
    [7200, '2.0 h left'],
  ])('%s seconds are "%s"', (seconds, text) => expect(formatTimeLeft(seconds)).toBe(text))
})

describe('percent', () => {
  test('is 100 only when everything is there', () => {
    expect(percentOf(99_999, 100_000)).toBe(99)
    expect(percentOf(100_000, 100_000)).toBe(100)
    expect(percentOf(5, null)).toBe(0)
  })

  test('is written without a fraction, and not rounded up', () => expect(formatPercent(99.7)).toBe('99%'))
})

describe('long names', () => {
  test.each([
    ['sales.csv', 'sales.csv'],
    ['x'.repeat(40), 'x'.repeat(40)],
    [`${'x'.repeat(50)}.csv`, `${'x'.repeat(27)}…${'x'.repeat(8)}.csv`],
    ['😀'.repeat(41), `${'😀'.repeat(27)}…${'😀'.repeat(12)}`],
  ])('%s', (name, shown) => expect(formatName(name)).toBe(shown))
})
