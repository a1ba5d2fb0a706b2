import { expect, test } from 'vitest'
import {
  sameNameAnswered,
  sameNameDone,
  sameNameFound,
  sameNameSlice,
  selectIsAsking,
  selectSameName,
} from './sameNameSlice'

const { reducer, getInitialState } = sameNameSlice
const found = (id: string) =>
  sameNameFound({ id, fileId: `file-${id}`, table: { id: 't', name: 'a.csv' }, uploadedAt: '2026-01-01' })
const after = (...actions: Parameters<typeof reducer>[1][]) => ({
  sameName: actions.reduce(reducer, getInitialState()),
})

test('an upload asks until it is answered, and waits until that is carried out', () => {
  expect(selectIsAsking(after(found('a')), ['a'])).toBe(true)
  expect(selectIsAsking(after(found('a')), ['b'])).toBe(false)
  const keep = sameNameAnswered({ ids: ['a'], answer: 'new' })
  expect(selectIsAsking(after(found('a'), keep), ['a'])).toBe(false)
  const replace = sameNameAnswered({ ids: ['a'], answer: 'replace' })
  expect(selectIsAsking(after(found('a'), replace), ['a'])).toBe(true)
  const done = sameNameDone({ id: 'a', failed: false, words: 'done' })
  expect(selectIsAsking(after(found('a'), replace, done), ['a'])).toBe(false)
})

test('an answer for all holds for uploads that are asked about later, and changes none that was given', () => {
  const one = sameNameAnswered({ ids: ['a'], answer: 'new' })
  const all = sameNameAnswered({ ids: ['a', 'b'], answer: 'append' })
  const state = after(found('a'), one, all, found('b'))
  expect(selectSameName(state, 'a')?.answer).toBe('new')
  expect(selectSameName(state, 'b')?.answer).toBe('append')
})
