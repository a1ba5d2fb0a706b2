import { expect, test } from 'vitest'
import { gapOf, isIn, type RowsPage, type RowsQuery } from '../../api/datasetsApi'
import { nearestPage, reachOf } from './reach'
import { rightsOf } from './rights'
import { rowsToShow } from './shownRows'

const query: RowsQuery = { id: 'a', version: null, sort: '', filters: [], q: '', size: 100, page: 2 }
const pageOf = (asked: RowsQuery, next: string | null = 'cursor'): RowsPage => ({
  query: asked,
  first: (asked.page - 1) * asked.size + 1,
  rows: [{ _rid: 1 }],
  version: 0,
  next,
})
const second = pageOf(query)
const first = pageOf({ ...query, page: 1 })

test('the rows that were asked for are shown, also when asking for them again failed', () =>
  expect(rowsToShow(query, { data: second, currentData: second, waiting: false })).toEqual({
    page: second,
    stale: false,
  }))

test('rows of another page are shown only while the right ones are under way', () => {
  expect(rowsToShow(query, { data: first, waiting: true })).toEqual({ page: first, stale: true })
  expect(rowsToShow(query, { data: first, waiting: false })).toEqual({ page: undefined, stale: false })
})

test.each([
  ['table', { ...query, id: 'b' }],
  ['version', { ...query, version: 1 }],
])('rows of another %s are never shown', (_, other) =>
  expect(rowsToShow(query, { data: pageOf(other), waiting: true }).page).toBeUndefined(),
)

const DEEP = 5_000_000
const sorted = { ...query, sort: 'n' }

test('every page of a plain table has a number, in the middle of a sorted or filtered one there are some without', () => {
  expect(gapOf(query, DEEP)).toBeNull()
  expect(gapOf({ ...query, sort: '-_rid' }, DEEP)).toBeNull()
  expect(gapOf(sorted, DEEP)).toEqual({ from: 10_002, to: 39_999 })
  expect(gapOf({ ...query, q: 'x' }, DEEP)).toEqual({ from: 10_002, to: 39_999 })
  expect(gapOf({ ...query, filters: ['n:gt:1'] }, DEEP)).toEqual({ from: 10_002, to: 39_999 })
  expect(gapOf(sorted, 250)).toBeNull()
  expect(gapOf(sorted, Number.POSITIVE_INFINITY)).toEqual({ from: 10_002, to: Number.POSITIVE_INFINITY })
})

test.each([10, 100, 500, 1000])(
  'what is in the gap of pages of %i rows is what the server refuses, and nothing else',
  (size) => {
    // The server's rule: not more than a million rows in front of the page, or behind it.
    for (const rows of [1_999_999, 2_000_000, 2_000_000 + size, 2_000_000 + 2 * size, 2_345_678, DEEP]) {
      const gap = gapOf({ ...sorted, size }, rows)
      const refused = (page: number) => {
        const first = (page - 1) * size
        return Math.min(first, rows - first - size) > 1_000_000
      }
      const last = Math.ceil(rows / size)
      const edges = [1, last, Math.floor(1_000_000 / size), Math.ceil((rows - 1_000_000) / size)]
      for (const page of edges.flatMap((edge) => [-2, -1, 0, 1, 2, 3].map((by) => edge + by)))
        if (page >= 1) expect([rows, page, isIn(gap, page)]).toEqual([rows, page, refused(page)])
    }
  },
)

test('first and last page are had, and who asks for one without a number gets the nearest', () => {
  const reach = reachOf(sorted, { total: DEEP, page: undefined })
  const shown = [0, 1, 10_001, 10_002, 20_000, 39_000, 40_000, 50_000, 60_000].map((n) =>
    nearestPage(n, reach),
  )
  expect(shown).toEqual([1, 1, 10_001, 10_001, 10_001, 40_000, 40_000, 50_000, 50_000])
  const uncounted = reachOf(sorted, { total: null, page: undefined })
  expect(nearestPage(40_000, uncounted)).toBe(10_001)
  expect(nearestPage(40_000, reachOf(query, { total: null, page: undefined }))).toBe(40_000)
})

test('a page without a number behind this one is had by the cursor, one before it by nothing', () => {
  const at = (page: number, next: string | null = 'cursor') =>
    reachOf({ ...sorted, page }, { total: DEEP, page: pageOf({ ...sorted, page }, next) })
  expect(at(10_001)).toMatchObject({ hasNext: true, isBackNumbered: true })
  expect(at(10_003)).toMatchObject({ hasNext: true, isBackNumbered: false })
  expect(at(40_000)).toMatchObject({ hasNext: true, isBackNumbered: false })
  expect(at(40_001)).toMatchObject({ hasNext: true, isBackNumbered: true })
  expect(at(50_000, null)).toMatchObject({ hasNext: false, atEnd: true })
})

test('behind a page of very long texts the cursor leads on, also where the numbers say that it was the last', () =>
  expect(reachOf({ ...query, page: 3 }, { total: 250, page: pageOf({ ...query, page: 3 }) }).hasNext).toBe(
    true,
  ))

test('from rows that are not those of the page nothing leads on', () => {
  expect(reachOf(query, { total: 500, page: first }).hasNext).toBe(false)
  expect(reachOf(query, { total: 500, page: undefined }).hasNext).toBe(false)
})

test('rows that are not counted yet can be turned over', () =>
  expect(
    reachOf({ ...query, sort: 'n' }, { total: null, page: pageOf({ ...query, sort: 'n' }) }).hasNext,
  ).toBe(true))

test.each([
  ['owner', true, true],
  ['edit', true, false],
  ['view', false, false],
] as const)('a role %s may edit: %s, and restore: %s', (role, mayEdit, mayRestore) =>
  expect(rightsOf(role)).toEqual({ mayEdit, mayRestore }),
)
