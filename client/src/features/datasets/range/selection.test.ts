import { describe, expect, test } from 'vitest'
import { extentOfKey, isInRange, isOneCell, rangeOf, type Selection, sizeOf } from './selection'

const BOUNDS = { rows: 10, columns: 4 }
const from = (anchor: [number, number], head: [number, number], extent: Selection['extent'] = 'cells') =>
  rangeOf(
    {
      anchor: { row: anchor[0], column: anchor[1] },
      head: { row: head[0], column: head[1] },
      extent,
    },
    BOUNDS,
  )

describe('a selection', () => {
  test('is the same rectangle from whichever corner it began', () => {
    const wanted = { top: 2, bottom: 5, left: 1, right: 3, everyRow: false }
    expect(from([2, 1], [5, 3])).toEqual(wanted)
    expect(from([5, 3], [2, 1])).toEqual(wanted)
    expect(from([2, 3], [5, 1])).toEqual(wanted)
  })
  test('goes over whole rows, whole columns, or everything', () => {
    expect(from([2, 1], [3, 2], 'rows')).toEqual({ top: 2, bottom: 3, left: 0, right: 3, everyRow: false })
    expect(from([2, 1], [3, 2], 'columns')).toEqual({ top: 0, bottom: 9, left: 1, right: 2, everyRow: true })
    expect(from([2, 1], [3, 2], 'all')).toEqual({ top: 0, bottom: 9, left: 0, right: 3, everyRow: true })
  })
  test('stays on a page that has become shorter', () => {
    expect(from([7, 1], [30, 9])).toEqual({ top: 7, bottom: 9, left: 1, right: 3, everyRow: false })
  })
  test('knows which cells it has, and how many', () => {
    const range = from([2, 1], [3, 2])
    expect(isInRange(range, { row: 3, column: 1 })).toBe(true)
    expect(isInRange(range, { row: 4, column: 1 })).toBe(false)
    expect(sizeOf(range, 500)).toEqual({ rows: 2, columns: 2 })
    expect(sizeOf(from([0, 0], [0, 0], 'columns'), 500)).toEqual({ rows: 500, columns: 1 })
    expect(sizeOf(from([0, 0], [0, 0], 'columns'), null)).toEqual({ rows: null, columns: 1 })
    expect(isOneCell(from([1, 1], [1, 1]))).toBe(true)
    expect(isOneCell(range)).toBe(false)
  })
})

test.each([
  [{ key: ' ', ctrlKey: true }, 'columns'],
  [{ key: ' ', shiftKey: true }, 'rows'],
  [{ key: ' ', shiftKey: true, ctrlKey: true }, 'all'],
  [{ key: 'a', ctrlKey: true }, 'all'],
  [{ key: 'A', metaKey: true }, 'all'],
  [{ key: 'a' }, null],
  [{ key: ' ' }, null],
])('the keys %o select %s', (keys, wanted) => {
  expect(extentOfKey({ ctrlKey: false, metaKey: false, shiftKey: false, ...keys })).toBe(wanted)
})
