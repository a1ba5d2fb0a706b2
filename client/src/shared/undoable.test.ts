// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from 'vitest'
import { UNDO_MS } from './toast'
import { finishUndoables, forgetUndoables, undoable } from './undoable'

let done: string[] = []
const begin = (said = 'Deleted a.csv') =>
  undoable({
    said,
    undo: () => done.push('undo'),
    carryOut: async () => void done.push('carry out'),
    onLeave: () => done.push('leave'),
  })
const leave = () => window.dispatchEvent(new Event('pagehide'))

beforeEach(() => {
  vi.useFakeTimers()
  forgetUndoables()
  done = []
})

test('the server is asked once, when the time is over', () => {
  begin()
  vi.advanceTimersByTime(UNDO_MS - 1)
  expect(done).toEqual([])
  vi.advanceTimersByTime(1)
  leave()
  expect(done).toEqual(['carry out'])
})

test('a page that goes asks at once, and no more when it comes back', () => {
  begin()
  begin('Deleted b.csv')
  leave()
  leave()
  vi.advanceTimersByTime(UNDO_MS)
  expect(done).toEqual(['leave', 'leave'])
})

test('before signing out it is carried out, for another person never', async () => {
  begin()
  await finishUndoables()
  begin()
  forgetUndoables()
  vi.advanceTimersByTime(UNDO_MS)
  leave()
  expect(done).toEqual(['carry out'])
})
