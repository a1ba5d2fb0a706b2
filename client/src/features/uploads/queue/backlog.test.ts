import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { uploadRow } from '../testUpload'
import type { UploadCommand, UploadRow } from '../types'
import { createWaitingRoom, MOST_INSIDE } from './backlog'
import type { KeptGuest, WaitingStore } from './backlogStore'

const files = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ file: new File(['x'], `f${n}.csv`), relativePath: null }))

/** Keeps in memory what the browser would keep on disk. */
const memoryStore = (
  kept = new Map<string, KeptGuest>(),
): WaitingStore & { kept: Map<string, KeptGuest> } => ({
  kept,
  keep: async (guests) => {
    for (const guest of guests) kept.set(guest.id, guest)
  },
  forget: async (ids) => {
    for (const id of ids) kept.delete(id)
  },
  load: async () => [...kept.values()],
})

const roomWith = (taken: number, extra: number, store = memoryStore()) => {
  const shown = new Map<string, UploadRow>()
  const said: string[] = []
  const inside: string[] = Array.from({ length: taken }, (_, n) => `inside-${n}`)
  const room = createWaitingRoom({
    inside: () => inside.length,
    letIn: (picked) => inside.push(...picked.map(({ file }) => file.name)),
    publish: (changed, gone) => {
      for (const row of changed) shown.set(row.id, row)
      for (const id of gone) shown.delete(id)
    },
    say: (_, detail) => said.push(detail),
    store,
  })
  const fit = room.admit(files(extra))
  inside.push(...fit.map(({ file }) => file.name))
  const idOf = (name: string) => [...shown.values()].find((row) => row.name === name)?.id ?? ''
  const run = (type: 'pause' | 'resume' | 'cancel' | 'undoCancel' | 'first', name: string) =>
    room.run({ type, id: idOf(name) })
  return {
    room,
    shown,
    said,
    inside,
    store,
    idOf,
    run,
    phases: () => [...shown.values()].map(({ name, phase }) => `${name} ${phase}`),
    keptNames: () => [...store.kept.values()].map(({ name }) => name),
  }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('what fits goes through, the rest waits and looks queued', () => {
  const { inside, phases } = roomWith(MOST_INSIDE - 2, 4)
  expect(inside.slice(-2)).toEqual(['f0.csv', 'f1.csv'])
  expect(phases()).toEqual(['f2.csv queued', 'f3.csv queued'])
})

test('those who wait come in when others have left, in their order', () => {
  const { room, inside, phases } = roomWith(MOST_INSIDE, 3)
  inside.splice(0, 2)
  room.refill()
  expect(inside.slice(-2)).toEqual(['f0.csv', 'f1.csv'])
  expect(phases()).toEqual(['f2.csv queued'])
})

test('newcomers do not overtake', () => {
  const { room, inside } = roomWith(MOST_INSIDE, 1)
  inside.splice(0, 5)
  expect(room.admit(files(1))).toEqual([])
})

test('a paused one is passed over until it is resumed', () => {
  const { room, inside, run, phases } = roomWith(MOST_INSIDE, 2)
  run('pause', 'f0.csv')
  inside.splice(0, 2)
  room.refill()
  expect(inside.at(-1)).toBe('f1.csv')
  expect(phases()).toEqual(['f0.csv paused'])
  run('resume', 'f0.csv')
  expect(inside.at(-1)).toBe('f0.csv')
})

test('a cancelled one goes after eight seconds, unless somebody says Undo', () => {
  const { run, phases, keptNames } = roomWith(MOST_INSIDE, 2)
  run('cancel', 'f0.csv')
  run('cancel', 'f1.csv')
  run('undoCancel', 'f1.csv')
  vi.advanceTimersByTime(8000)
  expect(phases()).toEqual(['f1.csv queued'])
  expect(keptNames()).toEqual(['f1.csv'])
})

test('one that is cancelled again has its whole time again', () => {
  const { run, phases } = roomWith(MOST_INSIDE, 1)
  run('cancel', 'f0.csv')
  vi.advanceTimersByTime(5000)
  run('undoCancel', 'f0.csv')
  run('cancel', 'f0.csv')
  vi.advanceTimersByTime(5000)
  expect(phases()).toEqual(['f0.csv cancelling'])
})

test('one can be sent next although there is no room', () => {
  const { inside, run } = roomWith(MOST_INSIDE, 3)
  run('first', 'f2.csv')
  expect(inside.at(-1)).toBe('f2.csv')
})

test('all are paused and resumed together', () => {
  const { room, phases } = roomWith(MOST_INSIDE, 2)
  room.run({ type: 'pauseAll' })
  expect(phases()).toEqual(['f0.csv paused', 'f1.csv paused'])
  room.run({ type: 'resumeAll' })
  expect(phases()).toEqual(['f0.csv queued', 'f1.csv queued'])
})

test('a command for somebody inside is not taken', () => {
  const command: UploadCommand = { type: 'pause', id: 'inside-1' }
  expect(roomWith(MOST_INSIDE, 1).room.run(command)).toBe(false)
})

test('who waits is kept until the upload is over, also after having gone in', async () => {
  const { room, inside, keptNames, idOf } = roomWith(MOST_INSIDE, 2)
  const first = idOf('f0.csv')
  inside.pop()
  room.refill()
  expect(keptNames()).toEqual(['f0.csv', 'f1.csv'])
  room.settled(first)
  expect(keptNames()).toEqual(['f1.csv'])
})

const comeBack = async (change: (guest: KeptGuest) => KeptGuest = (guest) => guest) => {
  const before = roomWith(MOST_INSIDE, 3)
  const kept = new Map([...before.store.kept].map(([id, guest]) => [id, change(guest)]))
  const after = roomWith(0, 0, memoryStore(kept))
  await after.room.restore(new Set([before.idOf('f0.csv')]))
  for (const row of after.room.rows()) after.shown.set(row.id, row)
  return after
}

test('after a reload those who waited can go on, less those who had gone in', async () => {
  const { room, phases, inside } = await comeBack()
  expect(phases()).toEqual(['f1.csv interrupted', 'f2.csv interrupted'])
  room.run({ type: 'recoverAll' })
  expect(inside).toEqual(['f1.csv', 'f2.csv'])
})

test('after a reload one without its bytes waits for the right file', async () => {
  const { room, phases, inside, said, idOf } = await comeBack((guest) => ({ ...guest, file: null }))
  expect(phases()).toEqual(['f1.csv needs-file', 'f2.csv needs-file'])
  room.run({ type: 'reselect', id: idOf('f1.csv'), file: new File(['xy'], 'f1.csv') })
  await vi.waitFor(() => expect(said).toHaveLength(1))
  room.run({ type: 'reselect', id: idOf('f1.csv'), file: new File(['x'], 'f1.csv') })
  await vi.waitFor(() => expect(inside).toEqual(['f1.csv']))
  expect(room.admit(files(3))).toHaveLength(2)
  expect(inside).toEqual(['f1.csv', 'f2.csv'])
})

test('what is discarded is forgotten, unless that is undone', async () => {
  const { room, phases, keptNames, idOf } = await comeBack()
  const ids = ['f1.csv', 'f2.csv'].map(idOf)
  room.run({ type: 'discard', ids })
  expect(phases()).toEqual(['f1.csv cancelling', 'f2.csv cancelling'])
  room.run({ type: 'undoDiscard', ids })
  expect(phases()).toEqual(['f1.csv interrupted', 'f2.csv interrupted'])
  room.run({ type: 'discard', ids })
  vi.advanceTimersByTime(8000)
  expect(phases()).toEqual([])
  expect(keptNames()).toEqual(['f0.csv'])
})

test('one that the server did not want waits here until somebody tries it again or takes it away', () => {
  const { room, phases, inside, idOf, run } = roomWith(0, 0)
  const [refused, other] = files(2)
  for (const picked of [refused, other])
    if (picked) room.takeFailed(uploadRow({ id: 'x', name: picked.file.name, phase: 'failed' }), picked)
  expect(phases()).toEqual(['f0.csv failed', 'f1.csv failed'])
  run('cancel', 'f0.csv')
  run('undoCancel', 'f0.csv')
  expect(phases()).toContain('f0.csv failed')
  room.run({ type: 'retry', id: idOf('f0.csv') })
  expect(inside).toEqual(['f0.csv'])
  room.run({ type: 'clearFailed' })
  vi.advanceTimersByTime(8000)
  expect(phases()).toEqual([])
})
