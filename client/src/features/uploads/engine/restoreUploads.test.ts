// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { expect, test } from 'vitest'
import { makeUppy } from './makeUppy'
import { restoreUploads } from './restoreUploads'

const settled = <T>(request: IDBRequest<T>) =>
  new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

const uploader = (userId: string) => {
  const uppy = makeUppy(userId, {
    whenSignedIn: async () => undefined,
    onExpired: () => undefined,
    isWanted: () => true,
    onRetry: () => undefined,
    onOffset: () => undefined,
    onGone: () => undefined,
  })
  return { uppy, dispatch: () => undefined }
}

/** What a visit leaves behind that ended in the middle of an upload. */
const leaveBehind = async (userId: string): Promise<IDBDatabase> => {
  const { uppy, dispatch } = uploader(userId)
  await restoreUploads(uppy, dispatch)
  const id = uppy.addFile({ name: 'half.csv', type: 'text/csv', data: new Blob(['id\n1\n']), source: 'page' })
  const database = await settled(indexedDB.open('uppy-blobs'))
  const store = database.transaction('metadata', 'readwrite').objectStore('metadata')
  await settled(
    store.put({
      id: `u-${userId}`,
      expires: Date.now() + 60_000,
      metadata: JSON.stringify({ currentUploads: {}, files: { [id]: uppy.getFile(id) } }),
    }),
  )
  return database
}

/** Keeps the records busy, as a slow disk or another tab would. */
const occupy = (database: IDBDatabase, ms: number): void => {
  const store = database.transaction('metadata', 'readwrite').objectStore('metadata')
  const until = Date.now() + ms
  const again = () => {
    store.get('nobody').onsuccess = () => (Date.now() < until ? again() : undefined)
  }
  again()
}

test('nothing left behind holds nothing up', async () => {
  const { uppy, dispatch } = uploader('fresh')
  await restoreUploads(uppy, dispatch)
  expect(uppy.getFiles()).toEqual([])
})

test('a slow store is waited for: a file added too early would be lost when the old ones come back', async () => {
  const database = await leaveBehind('slow')
  const { uppy, dispatch } = uploader('slow')
  occupy(database, 900)
  await restoreUploads(uppy, dispatch)
  uppy.addFile({ name: 'new.csv', type: 'text/csv', data: new Blob(['id\n2\n']), source: 'page' })
  expect(uppy.getFiles().map(({ name }) => name)).toEqual(['half.csv', 'new.csv'])
  await new Promise((resolve) => setTimeout(resolve, 600))
  expect(uppy.getFiles().map(({ name }) => name)).toEqual(['half.csv', 'new.csv'])
  database.close()
})
