import { describe, expect, test } from 'vitest'
import { kindOf, readTyped, wishOf } from './columnTypes'

const column = (type: string) => ({ name: 'c', type, style: null })

describe('the kind of a column', () => {
  test.each([
    ['int64', 'integer'],
    ['decimal(5,2)', 'number'],
    ['double', 'number'],
    ['bool', 'bool'],
    ['date', 'date'],
    ['time', 'time'],
    ['timestamp', 'timestamp'],
    ['timestamptz', 'timestamp'],
    ['text', 'text'],
  ])('%s is %s', (type, kind) => expect(kindOf(column(type))).toBe(kind))
})

describe('what is typed into a cell', () => {
  test.each([
    ['int64', '42', 42],
    ['int64', ' -7 ', -7],
    ['int64', '9007199254740993', '9007199254740993'],
    ['decimal(5,2)', '1.50', '1.50'],
    ['decimal(5,2)', '2.5', 2.5],
    ['double', '1e3', '1e3'],
    ['bool', 'true', true],
    ['date', '2024-02-29', '2024-02-29'],
    ['timestamp', '2024-02-29 13:05:09', '2024-02-29 13:05:09'],
    ['text', '  as it is ', '  as it is '],
    ['text', '', ''],
    ['duration', ' 26:03:04 ', '26:03:04'],
    ['duration', '', null],
    ['uuid', ' ', null],
    ['int64', '', null],
  ])('%s takes %j as %j', (type, typed, value) =>
    expect(readTyped(column(type), typed)).toEqual({ value, refusal: null }),
  )

  test.each([
    ['int64', '1.5'],
    ['int64', 'twelve'],
    ['double', '1,5'],
    ['bool', 'yes'],
    ['date', '2024-02-30'],
    ['date', '29.02.2024'],
    ['time', '1 pm'],
    ['timestamp', '2024-02-29'],
  ])('%s refuses %j and says what it expects', (type, typed) =>
    expect(readTyped(column(type), typed)).toEqual({ refusal: expect.stringMatching(/expected|fit/) }),
  )
})

test('what is written in a way of its own is for the server to read', () => {
  expect(readTyped(column('date'), '01.03.2026', '28.02.2026')).toEqual({
    value: '01.03.2026',
    refusal: null,
  })
  expect(readTyped(column('double'), '1.234,56', '7,5')).toEqual({ value: '1.234,56', refusal: null })
  expect(readTyped(column('date'), '01.03.2026', '2026-02-28')).toHaveProperty('refusal', expect.any(String))
})

describe('wishOf', () => {
  const column = { name: 'price', type: 'decimal(18,2)', style: '0.0' }

  test.each([
    [{ name: 'price', type: 'decimal(18,2)', style: ' ' }, null],
    [{ name: 'cost', type: 'decimal(18,2)', style: '' }, { name: 'cost' }],
    [{ name: 'price', type: 'text', style: '' }, { type: 'text' }],
    [
      { name: 'price', type: 'decimal(18,2)', style: '#,##0.0' },
      { type: 'decimal(18,2)', style: '#,##0.0' },
    ],
  ])('%o is %o', (wanted, wish) => expect(wishOf(column, wanted)).toEqual(wish))
})
