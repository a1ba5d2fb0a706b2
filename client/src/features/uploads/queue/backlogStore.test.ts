import 'fake-indexeddb/auto'
import { afterEach, expect, test, vi } from 'vitest'
import { openBacklogStore, type StoredEntry } from './backlogStore'

const MIB = 1024 * 1024
const entry = (id: string, fields: Partial<StoredEntry> = {}): StoredEntry => ({
  id,
  at: Date.now(),
  name: `${id}.csv`,
  size: 3,
  relativePath: null,
  dataset: null,
  file: new File(['abc'], `${id}.csv`),
  handle: null,
  ...fields,
})

let users = 0
const someUser = () => {
  users += 1
  return `user-${users}`
}

afterEach(() => void vi.useRealTimers())

test('what waits is there after a reload, in its order, for its user alone', async () => {
  const user = someUser()
  await openBacklogStore(user).keep([entry('b'), entry('c'), entry('a')])
  const found = await openBacklogStore(user).load()
  expect(found.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
  expect(found.every(({ file }) => file !== null)).toBe(true)
  expect(await openBacklogStore(someUser()).load()).toEqual([])
})

test('who is through is forgotten, also when that is asked while others are written', async () => {
  const store = openBacklogStore(someUser())
  const written = store.keep([entry('a'), entry('b')])
  await store.forget(['a'])
  await written
  expect((await store.load()).map(({ id }) => id)).toEqual(['b'])
})

test('of large files, and of too many, only the name is kept', async () => {
  const store = openBacklogStore(someUser())
  const many = Array.from({ length: 31 }, (_, n) =>
    entry(`m${String(n).padStart(2, '0')}`, { size: 10 * MIB }),
  )
  await store.keep([entry('large', { size: 10 * MIB + 1 }), ...many])
  const without = (await store.load()).filter(({ file }) => file === null).map(({ id }) => id)
  expect(without).toEqual(['large', 'm30'])
})

test('room that was given back is used again, also after a reload', async () => {
  const user = someUser()
  const many = Array.from({ length: 30 }, (_, n) =>
    entry(`m${String(n).padStart(2, '0')}`, { size: 10 * MIB }),
  )
  await openBacklogStore(user).keep(many)
  const store = openBacklogStore(user)
  await store.load()
  await store.keep([entry('x', { size: 5 * MIB })])
  await store.forget(['m00'])
  await store.keep([entry('y', { size: 5 * MIB })])
  const files = new Map((await store.load()).map(({ id, file }) => [id, file]))
  expect(files.get('x')).toBeNull()
  expect(files.get('y')).not.toBeNull()
})

test('after a week nothing is left', async () => {
  const store = openBacklogStore(someUser())
  await store.keep([entry('old', { at: Date.now() - 8 * 24 * 3600 * 1000 }), entry('new')])
  expect((await store.load()).map(({ id }) => id)).toEqual(['new'])
})

test('a browser without a store loses nothing but the reload', async () => {
  vi.stubGlobal('indexedDB', {
    open: () => {
      throw new Error('blocked')
    },
  })
  const store = openBacklogStore(someUser())
  await store.keep([entry('a')])
  expect(await store.load()).toEqual([])
  vi.unstubAllGlobals()
})
