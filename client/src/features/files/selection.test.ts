import { expect, test } from 'vitest'
import { allOrNone, extended, NOTHING, stillThere, toggled } from './selection'

const order = ['a', 'b', 'c', 'd', 'e']
const picked = (selection: { ids: ReadonlySet<string> }) => [...selection.ids].sort().join('')

test('a file is picked and dropped', () => {
  const one = toggled(NOTHING, 'b')
  expect(picked(one)).toBe('b')
  expect(picked(toggled(one, 'b'))).toBe('')
})

test.each([
  ['b', 'd', 'bcd'],
  ['d', 'b', 'bcd'],
  ['c', 'c', 'c'],
])('shift from %s to %s picks %s', (from, to, all) =>
  expect(picked(extended(toggled(NOTHING, from), order, to))).toBe(all),
)

test('a second range starts at the same place', () => {
  const first = extended(toggled(NOTHING, 'c'), order, 'e')
  expect(picked(extended(first, order, 'a'))).toBe('abcde')
})

test('shift without a place to start from picks the one', () =>
  expect(picked(extended(NOTHING, order, 'b'))).toBe('b'))

test('all of the page, and none', () => {
  const all = allOrNone(NOTHING, order)
  expect(picked(all)).toBe('abcde')
  expect(picked(allOrNone(all, order))).toBe('')
})

test('files that went are not picked any more', () => {
  const all = allOrNone(NOTHING, order)
  expect(picked(stillThere(all, ['a', 'x']))).toBe('a')
  expect(stillThere(all, order)).toBe(all)
})
