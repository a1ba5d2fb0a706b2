import { expect, test } from 'vitest'
import { deepestPage, type RowsPage, type RowsQuery } from '../../api/datasetsApi'
import { reachOf } from './reach'
import { rightsOf } from './rights'
import { rowsToShow } from './shownRows'

const query: RowsQuery = { id: 'a', version: null, sort: '', filters: [], size: 100, page: 2 }
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

test('every page of a plain table has a number, a sorted or filtered one ends at a million rows', () => {
  expect(deepestPage(query, 5_000_000)).toBe(50_000)
  expect(deepestPage({ ...query, sort: '-_rid' }, 5_000_000)).toBe(50_000)
  expect(deepestPage({ ...query, sort: 'n' }, 5_000_000)).toBe(10_001)
  expect(deepestPage({ ...query, filters: ['n:gt:1'] }, 5_000_000)).toBe(10_001)
  expect(deepestPage({ ...query, sort: 'n' }, 250)).toBe(3)
  expect(deepestPage(query, 0)).toBe(1)
})

test('behind the deepest page by number only a cursor leads on', () => {
  const deep = { ...query, sort: 'n', page: 10_001 }
  const total = 5_000_000
  expect(reachOf(deep, { total, page: pageOf(deep, 'cursor') }).hasNext).toBe(true)
  expect(reachOf(deep, { total, page: pageOf(deep, '') }).hasNext).toBe(false)
  expect(reachOf(deep, { total, page: pageOf(deep) }).lastByNumber).toBe(false)
  expect(reachOf(query, { total, page: second })).toMatchObject({ hasNext: true, lastByNumber: true })
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
