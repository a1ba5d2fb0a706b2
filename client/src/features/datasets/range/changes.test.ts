import { describe, expect, test } from 'vitest'
import type { Column, DataRow } from '../../../api/types'
import { asRowChanges, cellFrom, changesFrom, filledDown, filledEdit, fitsAll, pastedEdit } from './changes'

const column = (name: string, type: string) => ({ name, type }) as Column
const N = column('n', 'int64')
const WORD = column('word', 'text')
const ROWS: DataRow[] = [
  { _rid: 5, n: 1, word: 'a' },
  { _rid: 9, n: null, word: '' },
]
const SEEN = { base: 3, rows: ROWS, first: 11 }

describe('a text that becomes a cell', () => {
  test.each([
    [N, ' 7 ', '7'],
    [N, '', null],
    [N, null, null],
    [WORD, ' 7 ', ' 7 '],
    [WORD, '', ''],
    [WORD, null, null],
  ])('of %o: %j is %j', (of, text, wanted) => {
    expect(cellFrom(of, text)).toBe(wanted)
  })
})

describe('an edit', () => {
  test('has the cells that become others, with what they were', () => {
    expect(
      changesFrom(
        SEEN,
        [N, WORD],
        [
          ['1', 'b'],
          ['2', ''],
        ],
      ),
    ).toEqual([
      { rid: 5, number: 11, column: 'word', before: 'a', after: 'b' },
      { rid: 9, number: 12, column: 'n', before: null, after: '2' },
    ])
  })
  test('leaves alone what a short line says nothing of', () => {
    expect(changesFrom(SEEN, [N, WORD], [['8']])).toHaveLength(1)
  })
  test('adds what is pasted behind the last row, and says what has no column', () => {
    const edit = pastedEdit(SEEN, [WORD], [['a'], [''], ['c', 'beside'], [null]])
    expect(edit).toEqual({ base: 3, changes: [], added: [{ word: 'c' }, { word: null }], beside: 1 })
    expect(asRowChanges(edit, false)).toEqual({ update: [], insert: [] })
    expect(asRowChanges(edit, true).insert).toHaveLength(2)
  })
  test('fills cells with one text, or with those of the first row', () => {
    expect(filledEdit(SEEN, [N, WORD], null).changes.map(({ rid, column }) => [rid, column])).toEqual([
      [5, 'n'],
      [5, 'word'],
      [9, 'word'],
    ])
    expect(asRowChanges(filledDown(SEEN, [N, WORD]), false).update).toEqual([{ _rid: 9, n: '1', word: 'a' }])
  })
  test('of one cell fills what is selected', () => {
    expect(fitsAll([['x']])).toBe(true)
    expect(fitsAll([['x', 'y']])).toBe(false)
  })
})
