import { configureStore } from '@reduxjs/toolkit'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fileGone } from '../api/live'
import { signedOut } from '../api/session'
import { drawnSlice, processingDrawn, selectDrawn } from './drawnSlice'

const drawnAt = (...times: number[]) => {
  const store = configureStore({ reducer: { drawn: drawnSlice.reducer } })
  for (const time of times) {
    vi.setSystemTime(time)
    store.dispatch(processingDrawn('a', 'table'))
  }
  return { store, drawn: (id: string | null = 'a') => selectDrawn(store.getState(), id) }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('the first time counts, for each surface and file', () => {
  const { store, drawn } = drawnAt(1000, 2000)
  expect(drawn()).toEqual({ table: 1000 })
  store.dispatch(processingDrawn('a', 'dock'))
  expect(drawn()).toEqual({ table: 1000, dock: 2000 })
  expect([drawn('b'), drawn(null)]).toEqual([{}, {}])
})

test.each([fileGone('a'), signedOut()])('$type forgets it', (action) => {
  const { store, drawn } = drawnAt(1000)
  store.dispatch(action)
  expect(drawn()).toEqual({})
})
