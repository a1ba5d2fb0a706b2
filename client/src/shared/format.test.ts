import { describe, expect, test } from 'vitest'
import { formatBytes, formatPercent, formatTimeLeft, percentOf } from './format'

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
