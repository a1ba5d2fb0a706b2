import { expect, test } from 'vitest'
import { positionAfter, startsTyping } from './gridKeys'

const bounds = { rows: 50, columns: 4, page: 15 }
const from = { row: 10, column: 1 }

test.each([
  ['ArrowUp', false, { row: 9, column: 1 }],
  ['ArrowDown', false, { row: 11, column: 1 }],
  ['ArrowLeft', false, { row: 10, column: 0 }],
  ['ArrowRight', false, { row: 10, column: 2 }],
  ['PageUp', false, { row: 0, column: 1 }],
  ['PageDown', false, { row: 25, column: 1 }],
  ['Home', false, { row: 10, column: 0 }],
  ['End', false, { row: 10, column: 3 }],
  ['Home', true, { row: 0, column: 0 }],
  ['End', true, { row: 49, column: 3 }],
])('%s (control: %s)', (key, control, position) =>
  expect(positionAfter(key, from, bounds, control)).toEqual(position),
)

test('the edge of the grid holds', () => {
  expect(positionAfter('ArrowUp', { row: 0, column: 0 }, bounds, false)).toEqual({ row: 0, column: 0 })
  expect(positionAfter('ArrowRight', { row: 0, column: 3 }, bounds, false)).toEqual({ row: 0, column: 3 })
})

test('a letter writes, a shortcut does not', () => {
  const key = { ctrlKey: false, metaKey: false, altKey: false }
  expect(startsTyping({ ...key, key: 'x' })).toBe(true)
  expect(startsTyping({ ...key, key: 'c', ctrlKey: true })).toBe(false)
  expect(startsTyping({ ...key, key: 'Escape' })).toBe(false)
  expect(positionAfter('x', from, bounds, false)).toBeNull()
})
