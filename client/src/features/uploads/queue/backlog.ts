import { text } from '../../../i18n/language'
import type { Cancelled } from '../recovery/cancelled'
import { refusalOf } from '../recovery/fileIdentity'
import type { ActsOn, PickedFile, UploadCommand, UploadRow } from '../types'
import { type BacklogEntry, storedOf } from './backlogEntry'
import { type BacklogEffect, type BacklogEvent, backlogStep, emptyBacklog } from './backlogMachine'
import type { BacklogStore } from './backlogStore'

const UNDO_MS = 8000

type Seams = {
  /** How many with Uppy still want to be sent. */
  inside: () => number
  /** `prioritized`: they are to be sent before all others. */
  admit: (picked: PickedFile[], prioritized: boolean) => void
  publish: (changed: UploadRow[], gone: string[]) => void
  say: (title: string, detail: string) => void
  store: BacklogStore
  /** Where it is remembered which ones are cancelled and can still be undone. */
  cancelled: Cancelled
}

/** Where thousands of files wait until there is room for them with Uppy; they look like any other upload. */
export class BacklogQueue {
  readonly #seams: Seams
  #state = emptyBacklog

  constructor(seams: Seams) {
    this.#seams = seams
  }

  rows(): UploadRow[] {
    return [...this.#state.entries.values()].map(({ row }) => row)
  }
  /** Takes in what does not fit, and passes on what does. */
  choose(picked: PickedFile[]): void {
    this.#dispatch({ type: 'chosen', picked, inside: this.#seams.inside(), at: Date.now() })
  }
  refill(): void {
    this.#dispatch({ type: 'capacityLeft', inside: this.#seams.inside() })
  }
  /** Takes in what failed before the server had a byte of it; it can be tried again from here. */
  takeFailed(row: UploadRow, picked: PickedFile): void {
    this.#dispatch({ type: 'offloaded', row, picked, at: Date.now() })
  }
  /** Brings back what an earlier visit left waiting, less what had gone in already. */
  async restore(inUppy: ReadonlySet<string>): Promise<BacklogEntry[]> {
    const stored = await this.#seams.store.load()
    const cancelled = this.#seams.cancelled.all()
    const unwanted = stored.map(({ id }) => id).filter((id) => cancelled.has(id))
    this.#forget(unwanted)
    this.#dispatch({ type: 'restored', stored: stored.filter(({ id }) => !unwanted.includes(id)), inUppy })
    return [...this.#state.entries.values()]
  }
  /** One that went in is through, or was taken away there. */
  done(id: string): void {
    this.#forget([id])
  }
  /** Does what a command asks of those that wait; true when it was about one of them alone. */
  run(command: UploadCommand): boolean {
    const isMine = 'id' in command && this.#state.entries.has(command.id)
    this.#dispatch({ type: 'command', command, inside: this.#seams.inside() })
    return isMine
  }

  #forget(ids: string[]): void {
    void this.#seams.store.forget(ids)
    this.#seams.cancelled.remove(ids)
  }
  #dispatch(event: BacklogEvent): void {
    const [state, effects] = backlogStep(this.#state, event)
    this.#state = state
    for (const effect of effects) (this.#acts[effect.type] as (effect: BacklogEffect) => void)(effect)
  }
  readonly #acts: ActsOn<BacklogEffect> = {
    publish: ({ changed, gone }) => {
      const wanted = changed.filter(({ phase }) => phase !== 'cancelling').map(({ id }) => id)
      this.#seams.cancelled.remove([...wanted, ...gone])
      this.#seams.publish(changed, gone)
    },
    admit: ({ picked, prioritized }) => this.#seams.admit(picked, prioritized),
    store: ({ entries }) => void this.#seams.store.keep(entries.map(storedOf)),
    forget: ({ ids }) => this.#forget(ids),
    armUndo: ({ rows }) => {
      this.#seams.cancelled.add(rows.map(({ id }) => id))
      setTimeout(() => this.#dispatch({ type: 'undoElapsed', rows }), UNDO_MS)
    },
    checkFile: ({ row, file }) => void this.#check(row, file),
    sayRefused: ({ refusal }) => this.#seams.say(text().uploads.say.another, refusal),
  }
  async #check({ id, name, size }: UploadRow, file: File): Promise<void> {
    const refusal = await refusalOf({ name, size, headHash: null }, file)
    this.#dispatch({ type: 'fileChecked', id, file, refusal, inside: this.#seams.inside() })
  }
}
