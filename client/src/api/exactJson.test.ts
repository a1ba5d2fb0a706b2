import { expect, test } from 'vitest'
import { parseExact } from './exactJson'

test.each([
  ['24.50', '24.50'],
  ['0.552860', '0.552860'],
  ['9007199254740993', '9007199254740993'],
  ['-0', '-0'],
  ['1.0', '1.0'],
  ['1e-07', '1e-07'],
  ['12345678901234567890.123456789', '12345678901234567890.123456789'],
  ['24.5', 24.5],
  ['-7', -7],
  ['1e+21', 1e21],
])('%s is read as %j', (written, read) => expect(parseExact(`{"cell":${written}}`)).toEqual({ cell: read }))

test('texts, keys, true, false and null are left alone', () => {
  const answer = {
    '24.50': 'costs 24.50',
    quote: 'a "24.50" \\',
    back: '\\',
    end: true,
    none: null,
    list: [1, '1.0'],
  }
  expect(parseExact(JSON.stringify(answer))).toEqual(answer)
})

test('what is written again as text has every digit', () => {
  const read = parseExact('[1.10,2,3.000,12345678901234567890]') as unknown[]
  expect(read.map(String)).toEqual(['1.10', '2', '3.000', '12345678901234567890'])
})

test('an answer without a body is nothing, and a broken one is refused', () => {
  expect(parseExact('')).toBeNull()
  expect(() => parseExact('{"cell":')).toThrow()
})
