import { type BrowserStore, inStore } from '../recovery/browserStore'
import type { Target } from '../types'

/** A file that waits its turn, as the browser keeps it. Without `file` it has to be chosen again. */
export type StoredEntry = {
  id: string
  /** When it came, in epoch milliseconds. */
  at: number
  name: string
  /** In bytes. */
  size: number
  relativePath: string | null
  dataset: Target | null
  again?: true
  file: File | null
  handle: FileSystemFileHandle | null
}

const KEEP_MS = 7 * 24 * 3600 * 1000
/** Bytes of one file that are copied into the browser's store, and of all together; larger ones are only listed. */
const FILE_BYTES_MAX = 10 * 1024 * 1024
const TOTAL_BYTES_MAX = 300 * 1024 * 1024
/** Files written in one go; in between the page stays awake. */
const PORTION = 250

export type BacklogStore = ReturnType<typeof openBacklogStore>

/** Keeps what waits over a reload or a crash, in the order in which it came. One for each user. */
export const openBacklogStore = (userId: string) => {
  const where: BrowserStore = { database: `parquay-waiting-${userId}`, store: 'files' }
  const copied = new Map<string, number>()
  let total = 0
  let work: Promise<unknown> = Promise.resolve()

  /** Changes happen in the order in which they were asked for. */
  const then = <T>(step: () => Promise<T>): Promise<T> => {
    const done = work.then(step)
    work = done
    return done
  }
  const count = ({ id, size }: StoredEntry): void => {
    total += size - (copied.get(id) ?? 0)
    copied.set(id, size)
  }
  const withinLimits = (entry: StoredEntry): StoredEntry => {
    const fits = entry.size <= FILE_BYTES_MAX && total + entry.size <= TOTAL_BYTES_MAX
    if (!fits) return { ...entry, file: null }
    count(entry)
    return entry
  }
  const put = (entries: StoredEntry[]) =>
    inStore(where, 'readwrite', (store) => entries.map((entry) => store.put(entry, entry.id)).at(-1))
  const forget = (ids: string[]): Promise<unknown> => {
    for (const id of ids) {
      total -= copied.get(id) ?? 0
      copied.delete(id)
    }
    return then(() => inStore(where, 'readwrite', (store) => ids.map((id) => store.delete(id)).at(-1)))
  }

  return {
    keep: async (entries: StoredEntry[]): Promise<void> => {
      for (let at = 0; at < entries.length; at += PORTION)
        await then(async () => {
          const portion = entries.slice(at, at + PORTION).map(withinLimits)
          // A full disk has room for names at least.
          if ((await put(portion)) === null) await put(portion.map((entry) => ({ ...entry, file: null })))
        })
    },
    forget,
    /** Everything that an earlier visit left, less what is too old. */
    load: async (): Promise<StoredEntry[]> => {
      const all =
        (await then(() => inStore<StoredEntry[]>(where, 'readonly', (store) => store.getAll()))) ?? []
      const isOld = ({ at }: StoredEntry) => Date.now() - at > KEEP_MS
      const old = all.filter(isOld).map(({ id }) => id)
      if (old.length > 0) void forget(old)
      const kept = all.filter((entry) => !isOld(entry))
      for (const entry of kept) if (entry.file) count(entry)
      return kept
    },
  }
}
