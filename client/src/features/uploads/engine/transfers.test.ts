// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Cancelled } from '../recovery/cancelled'
import type { UploadRow } from '../types'
import { PARALLEL_UPLOADS } from './transferMachine'
import { Transfers } from './transfers'

let users = 0

/** Real Uppy and a real tus client whose requests wait for somebody to sign in, so that none is sent. */
const holding = (count: number) => {
  users += 1
  const batches: string[][] = []
  const rows = new Map<string, UploadRow>()
  const cancelled = new Cancelled(`user-${users}`)
  const transfers = new Transfers(`user-${users}`, {
    whenSignedIn: () => new Promise(() => undefined),
    onExpired: () => undefined,
    link: null,
    publish: (upsert, remove) => {
      batches.push(upsert.map(({ name, phase }) => `${name} ${phase}`))
      for (const row of upsert) rows.set(row.name, row)
      for (const id of remove) for (const [name, row] of rows) if (row.id === id) rows.delete(name)
    },
    say: () => undefined,
    onCapacity: () => undefined,
    onOffload: () => undefined,
    cancelled,
  })
  transfers.uppy.addFiles(
    Array.from({ length: count }, (_, n) => ({
      name: `${n}.csv`,
      type: 'text/csv',
      source: 'page',
      data: new File(['a\n1\n'], `${n}.csv`),
    })),
  )
  const idOf = (name: string) => rows.get(name)?.id ?? ''
  const phases = async () => {
    await vi.advanceTimersByTimeAsync(250)
    return [...rows.values()].map(({ name, phase }) => `${name} ${phase}`)
  }
  return { transfers, batches, cancelled, idOf, phases }
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval'] }))
afterEach(() => void vi.useRealTimers())

test('new files are seen waiting before a few of them are sent', async () => {
  const { batches, phases } = holding(PARALLEL_UPLOADS + 1)
  expect(batches[0]).toEqual(['0.csv queued', '1.csv queued', '2.csv queued', '3.csv queued'])
  expect(await phases()).toEqual(['0.csv uploading', '1.csv uploading', '2.csv uploading', '3.csv queued'])
})

test('a pause is one for the uploader too, and makes room', async () => {
  const { transfers, idOf, phases } = holding(PARALLEL_UPLOADS + 1)
  await phases()
  transfers.dispatch({ type: 'pause', id: idOf('1.csv') })
  expect(transfers.fileOf(idOf('1.csv'))?.isPaused).toBe(true)
  expect(await phases()).toEqual(['0.csv uploading', '1.csv paused', '2.csv uploading', '3.csv uploading'])
  transfers.dispatch({ type: 'resume', id: idOf('1.csv') })
  expect(transfers.fileOf(idOf('1.csv'))?.isPaused).toBe(false)
})

test('what the server has never heard of is gone when the time to undo is over', async () => {
  const { transfers, idOf, phases } = holding(2)
  await phases()
  for (const name of ['0.csv', '1.csv']) transfers.dispatch({ type: 'cancel', id: idOf(name) })
  expect(await phases()).toEqual(['0.csv cancelling', '1.csv cancelling'])
  transfers.dispatch({ type: 'undoCancel', id: idOf('1.csv') })
  await vi.advanceTimersByTimeAsync(8000)
  expect(await phases()).toEqual(['1.csv uploading'])
})

test('what the server has is shown as sent after Uppy has let go of it, until somebody clears it', async () => {
  const { transfers, idOf, phases } = holding(1)
  await phases()
  transfers.dispatch({ type: 'markUploaded', id: idOf('0.csv') })
  expect(await phases()).toEqual(['0.csv uploaded'])
  expect(transfers.uppy.getFiles()).toEqual([])
  expect(transfers.shownRows().map(({ sent, size }) => [sent, size])).toEqual([[4, 4]])
  transfers.clearSent()
  expect(transfers.shownRows()).toEqual([])
})

test('what is cancelled is remembered until it is undone or done', async () => {
  const { transfers, cancelled, idOf, phases } = holding(2)
  await phases()
  for (const name of ['0.csv', '1.csv']) transfers.dispatch({ type: 'cancel', id: idOf(name) })
  expect(cancelled.all().size).toBe(2)
  transfers.dispatch({ type: 'undoCancel', id: idOf('0.csv') })
  expect([...cancelled.all()]).toEqual([idOf('1.csv')])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(cancelled.all().size).toBe(0)
})
