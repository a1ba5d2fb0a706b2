/**
 * Where files lie on this computer, as far as the browser may remember it (Chromium). With it an upload
 * goes on after a crash without anybody looking for the file.
 */
const DATABASE = 'parquay-handles'
const STORE = 'handles'

const open = (): Promise<IDBDatabase> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

const withStore = async <T>(
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T | null> => {
  try {
    const database = await open()
    try {
      return await new Promise<T>((resolve, reject) => {
        const request = ask(database.transaction(STORE, mode).objectStore(STORE))
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
    } finally {
      database.close()
    }
  } catch {
    // Storage can be blocked or full; then the file is chosen by hand, as in any other browser.
    return null
  }
}

export const rememberHandle = (id: string, handle: FileSystemFileHandle): Promise<unknown> =>
  withStore('readwrite', (store) => store.put(handle, id))
export const forgetHandle = (id: string): Promise<unknown> =>
  withStore('readwrite', (store) => store.delete(id))
export const handleOf = async (id: string): Promise<FileSystemFileHandle | null> =>
  ((await withStore('readonly', (store) => store.get(id))) as FileSystemFileHandle | undefined) ?? null
export const rememberedIds = async (): Promise<Set<string>> =>
  new Set(((await withStore('readonly', (store) => store.getAllKeys())) ?? []).map(String))

/** The remembered file, after the person has allowed it; null when that is not possible any more. */
export const reopen = async (id: string): Promise<File | null> => {
  const handle = await handleOf(id)
  if (!handle) return null
  try {
    const allowed = handle.requestPermission ? await handle.requestPermission({ mode: 'read' }) : 'granted'
    return allowed === 'granted' ? await handle.getFile() : null
  } catch {
    return null
  }
}
