import { type BrowserStore, inStore } from '../recovery/browserStore'
import type { Target } from '../types'

/** A file that waits its turn, as the browser keeps it. Without `file` it has to be chosen again. */
export type KeptGuest = {
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
const MOST_OF_ONE = 10 * 1024 * 1024
const MOST_OF_ALL = 300 * 1024 * 1024
/** Files written in one go; in between the page stays awake. */
const PORTION = 250

export type WaitingStore = ReturnType<typeof openWaitingStore>

/** Keeps what waits over a reload or a crash, in the order in which it came. One for each user. */
export const openWaitingStore = (userId: string) => {
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
  const count = ({ id, size }: KeptGuest): void => {
    total += size - (copied.get(id) ?? 0)
    copied.set(id, size)
  }
  const withinLimits = (guest: KeptGuest): KeptGuest => {
    const fits = guest.size <= MOST_OF_ONE && total + guest.size <= MOST_OF_ALL
    if (!fits) return { ...guest, file: null }
    count(guest)
    return guest
  }
  const put = (guests: KeptGuest[]) =>
    inStore(where, 'readwrite', (store) => guests.map((guest) => store.put(guest, guest.id)).at(-1))
  const forget = (ids: string[]): Promise<unknown> => {
    for (const id of ids) {
      total -= copied.get(id) ?? 0
      copied.delete(id)
    }
    return then(() => inStore(where, 'readwrite', (store) => ids.map((id) => store.delete(id)).at(-1)))
  }

  return {
    keep: async (guests: KeptGuest[]): Promise<void> => {
      for (let at = 0; at < guests.length; at += PORTION)
        await then(async () => {
          const portion = guests.slice(at, at + PORTION).map(withinLimits)
          // A full disk has room for names at least.
          if ((await put(portion)) === null) await put(portion.map((guest) => ({ ...guest, file: null })))
        })
    },
    forget,
    /** Everything that an earlier visit left, less what is too old. */
    load: async (): Promise<KeptGuest[]> => {
      const all = (await then(() => inStore<KeptGuest[]>(where, 'readonly', (store) => store.getAll()))) ?? []
      const isOld = ({ at }: KeptGuest) => Date.now() - at > KEEP_MS
      const old = all.filter(isOld).map(({ id }) => id)
      if (old.length > 0) void forget(old)
      const kept = all.filter((guest) => !isOld(guest))
      for (const guest of kept) if (guest.file) count(guest)
      return kept
    },
  }
}
