import { expect, test } from 'vitest'
import { newCursors, pageOnTheWay, withNext } from './cursors'

const known = withNext(withNext(newCursors('list'), 1, 'b'), 2, 'c')

test('a known page is asked for at once, an unknown one by way of those before it', () => {
  expect(pageOnTheWay(known, 1)).toEqual({ page: 1, cursor: null })
  expect(pageOnTheWay(known, 3)).toEqual({ page: 3, cursor: 'c' })
  expect(pageOnTheWay(known, 40)).toEqual({ page: 3, cursor: 'c' })
})

test('the same answer again changes nothing', () => {
  expect(withNext(known, 1, 'b')).toBe(known)
  expect(withNext(known, 3, null)).toBe(known)
})

test('a page that ends elsewhere now makes those behind it unknown', () => {
  expect(withNext(known, 1, 'x').starts).toEqual([null, 'x'])
  expect(withNext(known, 2, null).starts).toEqual([null, 'b'])
})
