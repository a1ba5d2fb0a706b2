import { inStore } from './browserStore'

/**
 * Where files lie on this computer, as far as the browser may remember it (Chromium). With it an upload
 * goes on after a crash without anybody looking for the file.
 */
const HANDLES = { database: 'parquay-handles', store: 'handles' }

export const rememberHandle = (id: string, handle: FileSystemFileHandle): Promise<unknown> =>
  inStore(HANDLES, 'readwrite', (store) => store.put(handle, id))
export const forgetHandle = (id: string): Promise<unknown> =>
  inStore(HANDLES, 'readwrite', (store) => store.delete(id))
export const handleOf = async (id: string): Promise<FileSystemFileHandle | null> =>
  ((await inStore(HANDLES, 'readonly', (store) => store.get(id))) as FileSystemFileHandle | undefined) ?? null
export const rememberedIds = async (): Promise<Set<string>> =>
  new Set(((await inStore(HANDLES, 'readonly', (store) => store.getAllKeys())) ?? []).map(String))

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
