import { expect, test } from 'vitest'
import { hitCells, nextHit } from './hitCells'
import { holds, piecesOf } from './hits'

const marked = (text: string, wanted: string) =>
  piecesOf(text, wanted)
    .map(({ text: piece, hit }) => (hit ? `[${piece}]` : piece))
    .join('')

test.each([
  ['Ulm an der Donau', 'ulm', '[Ulm] an der Donau'],
  ['aXbxc', 'x', 'a[X]b[x]c'],
  ['aaaa', 'aa', '[aa][aa]'],
  ['1.234,56', '4,5', '1.23[4,5]6'],
  ['Straße', 'SS', 'Straße'],
  ['İstanbul und Ulm', 'ulm', 'İstanbul und [Ulm]'],
  ['a.b', '.', 'a[.]b'],
  ['none', '', 'none'],
  ['none', 'x', 'none'],
])('in %s the places of %s are marked: %s', (text, wanted, shown) => {
  expect(marked(text, wanted)).toBe(shown)
  expect(
    piecesOf(text, wanted)
      .map((piece) => piece.text)
      .join(''),
  ).toBe(text)
})

test('a text holds what is searched for in any case', () => {
  expect(holds('LÄGER', 'läg')).toBe(true)
  expect(holds('a', '')).toBe(false)
})

const ROWS = [
  { _rid: 1, city: 'Ulm', n: '12' },
  { _rid: 2, city: null, n: '2' },
  { _rid: 3, city: 'Bonn 2', n: '22' },
]

test('the cells of a page that show a text are gone through row by row, and round the page', () => {
  const hits = hitCells(ROWS, ['n', 'city'], '2')
  expect(hits).toEqual([
    { row: 0, column: 0 },
    { row: 1, column: 0 },
    { row: 2, column: 0 },
    { row: 2, column: 1 },
  ])
  expect(nextHit(hits, null, 1)).toBe(0)
  expect(nextHit(hits, null, -1)).toBe(3)
  expect(nextHit(hits, 0, 1)).toBe(1)
  expect(nextHit(hits, 3, 1)).toBeNull()
  expect(nextHit(hits, 0, -1)).toBeNull()
  expect(hitCells(ROWS, ['city'], '')).toEqual([])
})
