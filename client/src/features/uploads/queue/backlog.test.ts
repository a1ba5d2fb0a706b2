// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Cancelled } from '../recovery/cancelled'
import { uploadRow } from '../testUpload'
import type { UploadCommand, UploadRow } from '../types'
import { BacklogQueue } from './backlog'
import { INSIDE_MAX } from './backlogMachine'
import type { BacklogStore, StoredEntry } from './backlogStore'

const files = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ file: new File(['x'], `f${n}.csv`), relativePath: null }))

/** Keeps in memory what the browser would keep on disk. */
const memoryStore = (
  kept = new Map<string, StoredEntry>(),
): BacklogStore & { kept: Map<string, StoredEntry> } => ({
  kept,
  keep: async (entries) => {
    for (const entry of entries) kept.set(entry.id, entry)
  },
  forget: async (ids) => {
    for (const id of ids) kept.delete(id)
  },
  load: async () => [...kept.values()],
})

let users = 0
const nobodys = () => {
  users += 1
  return new Cancelled(`user-${users}`)
}

const backlogWith = (taken: number, extra: number, store = memoryStore(), cancelled = nobodys()) => {
  const shown = new Map<string, UploadRow>()
  const said: string[] = []
  const inside: string[] = Array.from({ length: taken }, (_, n) => `inside-${n}`)
  const backlog = new BacklogQueue({
    inside: () => inside.length,
    admit: (picked) => inside.push(...picked.map(({ file }) => file.name)),
    publish: (changed, gone) => {
      for (const row of changed) shown.set(row.id, row)
      for (const id of gone) shown.delete(id)
    },
    say: (_, detail) => said.push(detail),
    store,
    cancelled,
  })
  backlog.choose(files(extra))
  const idOf = (name: string) => [...shown.values()].find((row) => row.name === name)?.id ?? ''
  const run = (type: 'pause' | 'resume' | 'cancel' | 'undoCancel' | 'prioritize', name: string) =>
    backlog.run({ type, id: idOf(name) })
  return {
    backlog,
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
  const { inside, phases } = backlogWith(INSIDE_MAX - 2, 4)
  expect(inside.slice(-2)).toEqual(['f0.csv', 'f1.csv'])
  expect(phases()).toEqual(['f2.csv queued', 'f3.csv queued'])
})

test('those who wait come in when others have left, in their order', () => {
  const { backlog, inside, phases } = backlogWith(INSIDE_MAX, 3)
  inside.splice(0, 2)
  backlog.refill()
  expect(inside.slice(-2)).toEqual(['f0.csv', 'f1.csv'])
  expect(phases()).toEqual(['f2.csv queued'])
})

test('newcomers do not overtake', () => {
  const { backlog, inside } = backlogWith(INSIDE_MAX, 1)
  inside.splice(0, 5)
  const before = [...inside]
  backlog.choose(files(1))
  expect(inside).toEqual(before)
})

test('a paused one is passed over until it is resumed', () => {
  const { backlog, inside, run, phases } = backlogWith(INSIDE_MAX, 2)
  run('pause', 'f0.csv')
  inside.splice(0, 2)
  backlog.refill()
  expect(inside.at(-1)).toBe('f1.csv')
  expect(phases()).toEqual(['f0.csv paused'])
  run('resume', 'f0.csv')
  expect(inside.at(-1)).toBe('f0.csv')
})

test('a cancelled one goes after eight seconds, unless somebody says Undo', () => {
  const { run, phases, keptNames } = backlogWith(INSIDE_MAX, 2)
  run('cancel', 'f0.csv')
  run('cancel', 'f1.csv')
  run('undoCancel', 'f1.csv')
  vi.advanceTimersByTime(8000)
  expect(phases()).toEqual(['f1.csv queued'])
  expect(keptNames()).toEqual(['f1.csv'])
})

test('one that is cancelled again has its whole time again', () => {
  const { run, phases } = backlogWith(INSIDE_MAX, 1)
  run('cancel', 'f0.csv')
  vi.advanceTimersByTime(5000)
  run('undoCancel', 'f0.csv')
  run('cancel', 'f0.csv')
  vi.advanceTimersByTime(5000)
  expect(phases()).toEqual(['f0.csv cancelling'])
})

test('one can be sent next although there is no backlog', () => {
  const { inside, run } = backlogWith(INSIDE_MAX, 3)
  run('prioritize', 'f2.csv')
  expect(inside.at(-1)).toBe('f2.csv')
})

test('all are paused and resumed together', () => {
  const { backlog, phases } = backlogWith(INSIDE_MAX, 2)
  backlog.run({ type: 'pauseAll' })
  expect(phases()).toEqual(['f0.csv paused', 'f1.csv paused'])
  backlog.run({ type: 'resumeAll' })
  expect(phases()).toEqual(['f0.csv queued', 'f1.csv queued'])
})

test('a command for somebody inside is not taken', () => {
  const command: UploadCommand = { type: 'pause', id: 'inside-1' }
  expect(backlogWith(INSIDE_MAX, 1).backlog.run(command)).toBe(false)
})

test('who waits is kept until the upload is over, also after having gone in', async () => {
  const { backlog, inside, keptNames, idOf } = backlogWith(INSIDE_MAX, 2)
  const first = idOf('f0.csv')
  inside.pop()
  backlog.refill()
  expect(keptNames()).toEqual(['f0.csv', 'f1.csv'])
  backlog.done(first)
  expect(keptNames()).toEqual(['f1.csv'])
})

const comeBack = async (change: (entry: StoredEntry) => StoredEntry = (entry) => entry) => {
  const before = backlogWith(INSIDE_MAX, 3)
  const kept = new Map([...before.store.kept].map(([id, entry]) => [id, change(entry)]))
  const after = backlogWith(0, 0, memoryStore(kept))
  await after.backlog.restore(new Set([before.idOf('f0.csv')]))
  for (const row of after.backlog.rows()) after.shown.set(row.id, row)
  return after
}

test('after a reload those who waited can go on, less those who had gone in', async () => {
  const { backlog, phases, inside } = await comeBack()
  expect(phases()).toEqual(['f1.csv interrupted', 'f2.csv interrupted'])
  backlog.run({ type: 'recoverAll' })
  expect(inside).toEqual(['f1.csv', 'f2.csv'])
})

test('after a reload one without its bytes waits for the right file', async () => {
  const { backlog, phases, inside, said, idOf } = await comeBack((entry) => ({ ...entry, file: null }))
  expect(phases()).toEqual(['f1.csv needs-file', 'f2.csv needs-file'])
  backlog.run({ type: 'reselect', id: idOf('f1.csv'), file: new File(['xy'], 'f1.csv') })
  await vi.waitFor(() => expect(said).toHaveLength(1))
  backlog.run({ type: 'reselect', id: idOf('f1.csv'), file: new File(['x'], 'f1.csv') })
  await vi.waitFor(() => expect(inside).toEqual(['f1.csv']))
  backlog.choose(files(3))
  expect(inside).toEqual(['f1.csv', 'f2.csv', 'f0.csv', 'f1.csv'])
})

test('what is discarded is forgotten, unless that is undone', async () => {
  const { backlog, phases, keptNames, idOf } = await comeBack()
  const ids = ['f1.csv', 'f2.csv'].map(idOf)
  backlog.run({ type: 'discard', ids })
  expect(phases()).toEqual(['f1.csv cancelling', 'f2.csv cancelling'])
  backlog.run({ type: 'undoDiscard', ids })
  expect(phases()).toEqual(['f1.csv interrupted', 'f2.csv interrupted'])
  backlog.run({ type: 'discard', ids })
  vi.advanceTimersByTime(8000)
  expect(phases()).toEqual([])
  expect(keptNames()).toEqual(['f0.csv'])
})

test('one that the server did not want waits here until somebody tries it again or takes it away', () => {
  const { backlog, phases, inside, idOf, run } = backlogWith(0, 0)
  const [refused, other] = files(2)
  for (const picked of [refused, other])
    if (picked) backlog.takeFailed(uploadRow({ id: 'x', name: picked.file.name, phase: 'failed' }), picked)
  expect(phases()).toEqual(['f0.csv failed', 'f1.csv failed'])
  run('cancel', 'f0.csv')
  run('undoCancel', 'f0.csv')
  expect(phases()).toContain('f0.csv failed')
  backlog.run({ type: 'retry', id: idOf('f0.csv') })
  expect(inside).toEqual(['f0.csv'])
  backlog.run({ type: 'clearFailed' })
  vi.advanceTimersByTime(8000)
  expect(phases()).toEqual([])
})

test('what was cancelled when the page went is not brought back; what was undone is', async () => {
  const [store, cancelled] = [memoryStore(), nobodys()]
  const before = backlogWith(INSIDE_MAX, 3, store, cancelled)
  before.run('cancel', 'f0.csv')
  before.run('cancel', 'f1.csv')
  before.run('undoCancel', 'f1.csv')

  const after = backlogWith(INSIDE_MAX, 0, store, cancelled)
  const left = await after.backlog.restore(new Set())

  expect(left.map(({ row }) => row.name)).toEqual(['f1.csv', 'f2.csv'])
  expect(after.keptNames()).toEqual(['f1.csv', 'f2.csv'])
  expect(cancelled.all().size).toBe(0)
})
