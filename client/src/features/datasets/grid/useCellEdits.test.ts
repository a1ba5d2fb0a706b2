import { expect, test, vi } from 'vitest'
import type { DataRow } from '../../../api/types'
import { namesGone } from '../useGoneColumns'
import { authorsSince } from './authors'
import { afterRefusal, unsavedCells } from './cellEditing'
import { isStranded } from './useStrandedCell'

vi.mock('@mantine/notifications', () => ({ notifications: {} }))

const view = { id: 't', version: null, sort: '', filters: [], q: '', size: 100, page: 1 }
const writing = { rid: 7, column: 'city', typed: null, seen: 'Lisbon', base: 3, view }
const now = (city: string): { row: DataRow; version: number } => ({ row: { _rid: 7, city }, version: 5 })

test('what somebody else wrote into the same cell is a conflict of two values', () =>
  expect(afterRefusal(writing, 'Faro', now('Porto'))).toEqual({
    conflict: { writing, mine: 'Faro', theirs: 'Porto', version: 5 },
  }))

test('another cell of the row is nobody else’s concern: the change goes out again, on the version of now', () =>
  expect(afterRefusal(writing, 'Faro', now('Lisbon'))).toEqual({ again: { ...writing, base: 5 } }))

test('two who write the same agree', () => expect(afterRefusal(writing, 'Faro', now('Faro'))).toBe('kept'))

test('a row that was deleted is gone', () =>
  expect(afterRefusal(writing, 'Faro', { row: null, version: 5 })).toBe('gone'))

test('authors of what came since are named once each', () => {
  const version = (number: number, author: string | null) => ({ version: number, author }) as never
  const versions = [version(3, 'ann'), version(4, 'bob'), version(5, 'bob'), version(6, null)]
  expect(authorsSince(versions, 3)).toEqual(['bob'])
  expect(authorsSince(undefined, 3)).toEqual([])
})

test('unsaved is what was typed and not left as it was, what is disputed, and what is on its way', () => {
  const conflict = { writing, mine: 'Faro', theirs: 'Porto', version: 5 }
  expect(unsavedCells(writing, [], [])).toEqual([])
  expect(unsavedCells({ ...writing, typed: 'Lisbon' }, [], [])).toEqual([])
  expect(unsavedCells({ ...writing, typed: 'Oslo' }, [conflict], [{ label: 'n', text: '2' }])).toEqual([
    { label: 'city', column: 'city', text: 'Oslo' },
    { label: 'city', column: 'city', text: 'Faro' },
    { label: 'n', text: '2' },
  ])
})

test('a row has left its page only where the page is the one that it was opened on', () => {
  const page = { query: { ...view }, first: 1, rows: [{ _rid: 6 }], next: null, version: 4 }
  expect(isStranded(writing, page)).toBe(true)
  expect(isStranded(writing, { ...page, rows: [{ _rid: 7 }] })).toBe(false)
  expect(isStranded(writing, { ...page, query: { ...view, page: 2 } })).toBe(false)
})

test('names that are columns no more are those of columns renamed and dropped', () => {
  const named = (...names: string[]) => names.map((name) => ({ name })) as never
  expect(namesGone(named('a', 'b', 'c'), named('c', 'a', 'd'))).toEqual(['b'])
})
