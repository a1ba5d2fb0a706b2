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

export type BacklogStore = Pick<IndexedBacklog, 'keep' | 'forget' | 'load'>

/** Keeps what waits over a reload or a crash, in the order in which it came. */
class IndexedBacklog {
  readonly #where: BrowserStore
  /** Bytes of each file that is copied, and of all together. */
  readonly #copied = new Map<string, number>()
  #total = 0
  #work: Promise<unknown> = Promise.resolve()

  constructor(userId: string) {
    this.#where = { database: `parquay-waiting-${userId}`, store: 'files' }
  }

  async keep(entries: StoredEntry[]): Promise<void> {
    for (let at = 0; at < entries.length; at += PORTION)
      await this.#then(async () => {
        const portion = entries.slice(at, at + PORTION).map((entry) => this.#withinLimits(entry))
        // A full disk has room for names at least.
        if ((await this.#put(portion)) === null)
          await this.#put(portion.map((entry) => ({ ...entry, file: null })))
      })
  }
  forget(ids: string[]): Promise<unknown> {
    for (const id of ids) {
      this.#total -= this.#copied.get(id) ?? 0
      this.#copied.delete(id)
    }
    return this.#then(() =>
      inStore(this.#where, 'readwrite', (store) => ids.map((id) => store.delete(id)).at(-1)),
    )
  }
  /** Everything that an earlier visit left, less what is too old. */
  async load(): Promise<StoredEntry[]> {
    const read = () => inStore<StoredEntry[]>(this.#where, 'readonly', (store) => store.getAll())
    const all = (await this.#then(read)) ?? []
    const isOld = ({ at }: StoredEntry) => Date.now() - at > KEEP_MS
    const old = all.filter(isOld).map(({ id }) => id)
    if (old.length > 0) void this.forget(old)
    const kept = all.filter((entry) => !isOld(entry))
    for (const entry of kept) if (entry.file) this.#count(entry)
    return kept
  }

  /** Changes happen in the order in which they were asked for. */
  #then<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#work.then(step)
    this.#work = done
    return done
  }
  #put(entries: StoredEntry[]) {
    return inStore(this.#where, 'readwrite', (store) =>
      entries.map((entry) => store.put(entry, entry.id)).at(-1),
    )
  }
  #withinLimits(entry: StoredEntry): StoredEntry {
    const fits = entry.size <= FILE_BYTES_MAX && this.#total + entry.size <= TOTAL_BYTES_MAX
    if (!fits) return { ...entry, file: null }
    this.#count(entry)
    return entry
  }
  #count({ id, size }: StoredEntry): void {
    this.#total += size - (this.#copied.get(id) ?? 0)
    this.#copied.set(id, size)
  }
}

/** One for each user. */
export const openBacklogStore = (userId: string): BacklogStore => new IndexedBacklog(userId)
