/** One object store of a database in the browser (IndexedDB); `foreign`: somebody else makes that database. */
export type BrowserStore = { database: string; store: string; foreign?: true }

const open = ({ database, store, foreign }: BrowserStore): Promise<IDBDatabase> =>
  new Promise((resolve, reject) => {
    const request = foreign ? indexedDB.open(database) : indexedDB.open(database, 1)
    request.onupgradeneeded = () => foreign || request.result.createObjectStore(store)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

/**
 * Runs one transaction and settles when it is through, with what the last of its requests found. Null where
 * storage is blocked, full or broken: what is kept here makes things easier, and is never needed.
 */
export const inStore = async <T>(
  where: BrowserStore,
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<T> | undefined,
): Promise<T | null> => {
  try {
    const database = await open(where)
    try {
      return await new Promise<T | null>((resolve, reject) => {
        const transaction = database.transaction(where.store, mode, { durability: 'relaxed' })
        const last = ask(transaction.objectStore(where.store))
        transaction.oncomplete = () => resolve(last?.result ?? null)
        transaction.onabort = () => reject(transaction.error)
      })
    } finally {
      database.close()
    }
  } catch {
    return null
  }
}
