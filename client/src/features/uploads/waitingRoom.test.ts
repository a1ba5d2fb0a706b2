import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { UploadCommand, UploadRow } from './types'
import { createWaitingRoom } from './waitingRoom'

const files = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ file: new File(['x'], `f${n}.csv`), relativePath: null }))

const roomWith = (taken: number, extra: number) => {
  const shown = new Map<string, UploadRow>()
  const inside: string[] = Array.from({ length: taken }, (_, n) => `inside-${n}`)
  const room = createWaitingRoom({
    inside: () => inside.length,
    letIn: (picked) => inside.push(...picked.map(({ file }) => file.name)),
    publish: (changed, gone) => {
      for (const row of changed) shown.set(row.id, row)
      for (const id of gone) shown.delete(id)
    },
  })
  const fit = room.admit(files(extra))
  inside.push(...fit.map(({ file }) => file.name))
  const idOf = (name: string) => [...shown.values()].find((row) => row.name === name)?.id ?? ''
  const run = (type: 'pause' | 'resume' | 'cancel' | 'undoCancel' | 'first', name: string) =>
    room.run({ type, id: idOf(name) })
  return {
    room,
    shown,
    inside,
    run,
    phases: () => [...shown.values()].map(({ name, phase }) => `${name} ${phase}`),
  }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('what fits goes through, the rest waits and looks queued', () => {
  const { inside, phases } = roomWith(998, 4)
  expect(inside.slice(998)).toEqual(['f0.csv', 'f1.csv'])
  expect(phases()).toEqual(['f2.csv queued', 'f3.csv queued'])
})

test('those who wait come in when others have left, in their order', () => {
  const { room, inside, phases } = roomWith(1000, 3)
  inside.splice(0, 2)
  room.refill()
  expect(inside.slice(-2)).toEqual(['f0.csv', 'f1.csv'])
  expect(phases()).toEqual(['f2.csv queued'])
})

test('newcomers do not overtake', () => {
  const { room, inside } = roomWith(1000, 1)
  inside.splice(0, 5)
  expect(room.admit(files(1))).toEqual([])
})

test('a paused one is passed over until it is resumed', () => {
  const { room, inside, run, phases } = roomWith(1000, 2)
  run('pause', 'f0.csv')
  inside.splice(0, 2)
  room.refill()
  expect(inside.at(-1)).toBe('f1.csv')
  expect(phases()).toEqual(['f0.csv paused'])
  run('resume', 'f0.csv')
  expect(inside.at(-1)).toBe('f0.csv')
})

test('a cancelled one goes after eight seconds, unless somebody says Undo', () => {
  const { run, phases } = roomWith(1000, 2)
  run('cancel', 'f0.csv')
  run('cancel', 'f1.csv')
  run('undoCancel', 'f1.csv')
  vi.advanceTimersByTime(8000)
  expect(phases()).toEqual(['f1.csv queued'])
})

test('one can be sent next although there is no room', () => {
  const { inside, run } = roomWith(1000, 3)
  run('first', 'f2.csv')
  expect(inside.at(-1)).toBe('f2.csv')
})

test('all are paused and resumed together', () => {
  const { room, phases } = roomWith(1000, 2)
  room.run({ type: 'pauseAll' })
  expect(phases()).toEqual(['f0.csv paused', 'f1.csv paused'])
  room.run({ type: 'resumeAll' })
  expect(phases()).toEqual(['f0.csv queued', 'f1.csv queued'])
})

test('a command for somebody inside is not taken', () => {
  const command: UploadCommand = { type: 'pause', id: 'inside-1' }
  expect(roomWith(1000, 1).room.run(command)).toBe(false)
})
