import { text } from '../../../i18n/language'
import type { Cancelled } from '../recovery/cancelled'
import { forgetHandle } from '../recovery/fileHandles'
import { askServer, deleteOnServer, forgetAddress } from '../serverUploads'
import type { ActsOn, UploadRow } from '../types'
import { makeUppy } from './makeUppy'
import type { UploaderHooks } from './requestGuard'
import { toRow, type UploadFile, type UploadsUppy } from './toRow'
import { type Effect, newTransfer, noTransfers, step, type TransferEvent } from './transferMachine'
import { markComplete, markHead, releaseFile } from './uploader'
import { attachBridge } from './uppyBridge'
import { followUppy } from './uppyEvents'

const UNDO_MS = 8000
const TICK_MS = 1000
/** Of more files than this the next batch tells; fewer stand there at once. */
const SHOWN_AT_ONCE_MAX = 200

export type TransferHooks = Pick<UploaderHooks, 'whenSignedIn' | 'onExpired'> & {
  publish: (upsert: UploadRow[], remove: string[]) => void
  say: (title: string, detail: string) => void
  /** There may be room for those who wait outside. */
  onCapacity: () => void
  /** Uppy had better not hold this one, which has failed. */
  onOffload: (file: UploadFile, row: UploadRow) => void
  /** The token of the upload link by which the files are sent; null: by an account. */
  link: string | null
  /** Where it is remembered which ones are cancelled and can still be undone. */
  cancelled: Cancelled
}

/** The files that Uppy holds: carries out what the state machine decides, and tells it what becomes of that. */
export class Transfers {
  readonly uppy: UploadsUppy
  readonly #hooks: TransferHooks
  readonly #bridge: ReturnType<typeof attachBridge>
  readonly #undoTimers = new Map<string, ReturnType<typeof setTimeout>>()
  /** The last rows of files that were sent and let go. */
  readonly #sent = new Map<string, UploadRow>()
  readonly #pending: TransferEvent[] = []
  #isStepping = false
  #state = noTransfers

  constructor(userId: string, hooks: TransferHooks) {
    this.#hooks = hooks
    this.uppy = makeUppy(userId, this.#uploaderHooks(), hooks.link)
    this.#bridge = attachBridge(this.uppy, this.#publish)
    followUppy(this.uppy, this.dispatch)
    setInterval(this.#tick, TICK_MS)
    window.addEventListener('pagehide', this.#leave)
  }

  /** One event at a time, to its end: what an effect sets off waits until its own step is done. */
  readonly dispatch = (event: TransferEvent): void => {
    this.#pending.push(event)
    if (this.#isStepping) return
    this.#isStepping = true
    try {
      for (let next = this.#pending.shift(); next; next = this.#pending.shift()) this.#step(next)
    } finally {
      this.#isStepping = false
    }
  }

  #step(event: TransferEvent): void {
    const before = this.#state.transfers
    const [state, effects] = step(this.#state, event)
    this.#state = state
    for (const [id, transfer] of state.transfers) if (before.get(id) !== transfer) this.touch(id)
    if (event.type === 'added') for (const id of event.ids) this.#sent.delete(id)
    for (const effect of effects) (this.#acts[effect.type] as (effect: Effect) => void)(effect)
  }

  fileOf(id: string): UploadFile | undefined {
    return this.uppy.getState().files[id]
  }
  rows(): UploadRow[] {
    return this.uppy.getFiles().map(this.#rowOf)
  }
  /** Everything to show: what is there, and what was sent and let go. */
  shownRows(): UploadRow[] {
    return [...this.rows(), ...[...this.#sent.values()].filter(({ id }) => !this.fileOf(id))]
  }
  clearSent(): void {
    this.#sent.clear()
  }
  /** Has a file published although Uppy did not change it. */
  touch(id: string): void {
    this.#bridge.touch(id)
  }

  readonly #rowOf = (file: UploadFile): UploadRow =>
    toRow(file, this.#state.transfers.get(file.id) ?? newTransfer('queued'), navigator.onLine)

  readonly #publish = ({ changed, gone }: { changed: string[]; gone: string[] }): void => {
    const rows = changed.flatMap((id) => this.fileOf(id) ?? []).map(this.#rowOf)
    const sent = gone.flatMap((id) => this.#sent.get(id) ?? [])
    this.#hooks.publish(
      [...rows, ...sent],
      gone.filter((id) => !this.#sent.has(id)),
    )
    if (gone.length > 0) this.#hooks.onCapacity()
  }

  /** A stalled connection reports no progress; the speed has to fall all the same. */
  readonly #tick = (): void => {
    for (const [id, { stage, speed, retry }] of this.#state.transfers) {
      const file = this.fileOf(id)
      if (!file || stage !== 'sending' || !speed || retry) continue
      const bytes = file.progress.bytesUploaded || 0
      this.dispatch({ type: 'progressed', id, bytes, now: Date.now() })
    }
  }

  /** Leaving the page is not a wish to undo. What has all of its bytes sent may be a file: it is asked about later. */
  readonly #leave = (): void => {
    for (const [id, { cancelling }] of this.#state.transfers) {
      const file = this.fileOf(id)
      const url = file?.tus?.uploadUrl
      if (cancelling && url && (file.progress.bytesUploaded || 0) < (file.size ?? 0)) void deleteOnServer(url)
    }
  }

  readonly #acts: ActsOn<Effect> = {
    start: ({ id }) => void this.#send(id),
    pause: ({ id }) => this.#setPaused(id, true),
    unpause: ({ id }) => this.#setPaused(id, false),
    reconnect: ({ id }) => {
      this.#setPaused(id, true)
      this.#setPaused(id, false)
    },
    showQueue: () => {
      if (this.uppy.getFiles().length < SHOWN_AT_ONCE_MAX) this.#bridge.flush()
      this.dispatch({ type: 'queueShown' })
    },
    showAsSent: ({ id }) => {
      const file = this.fileOf(id)
      if (file) this.#sent.set(id, toRow(file, newTransfer('sending'), navigator.onLine))
    },
    completeInUppy: ({ id }) => markComplete(this.uppy, id),
    release: ({ id }) => releaseFile(this.uppy, id),
    forgetHandle: ({ id }) => void forgetHandle(id),
    forgetAddress: ({ id }) => {
      const url = this.fileOf(id)?.tus?.uploadUrl
      if (url) forgetAddress(url)
    },
    armUndo: ({ id }) => {
      clearTimeout(this.#undoTimers.get(id))
      this.#hooks.cancelled.add([id])
      const elapsed = () => this.dispatch({ type: 'undoElapsed', id })
      this.#undoTimers.set(id, setTimeout(elapsed, UNDO_MS))
    },
    disarmUndo: ({ id }) => {
      clearTimeout(this.#undoTimers.get(id))
      this.#hooks.cancelled.remove([id])
      this.#undoTimers.delete(id)
    },
    askServer: ({ id }) => void this.#ask(id),
    deleteOnServer: ({ url }) => void deleteOnServer(url),
    offload: ({ id }) => {
      const file = this.fileOf(id)
      if (file) this.#hooks.onOffload(file, this.#rowOf(file))
    },
    refill: () => this.#hooks.onCapacity(),
    sayNotAdded: ({ name, message }) => {
      const words = text().uploads.say
      this.#hooks.say(words.notAdded, message ?? words.already(name))
    },
    sayComplete: ({ name }) => this.#hooks.say(name, text().uploads.say.wasComplete),
  }

  #setPaused(id: string, paused: boolean): void {
    const file = this.fileOf(id)
    if (file && (file.isPaused === true) !== paused) this.uppy.pauseResume(id)
  }

  async #send(id: string): Promise<void> {
    void markHead(this.uppy, id)
    await this.uppy.retryUpload(id).catch(() => undefined)
    this.dispatch({ type: 'ended', id, complete: this.fileOf(id)?.progress.uploadComplete === true })
  }

  async #ask(id: string): Promise<void> {
    const file = this.fileOf(id)
    const url = file?.tus?.uploadUrl ?? null
    const there = url === null ? 'unknown' : await askServer(url)
    this.dispatch({ type: 'cancelAnswered', id, name: file?.name ?? '', url, there })
  }

  #uploaderHooks(): UploaderHooks {
    return {
      whenSignedIn: this.#hooks.whenSignedIn,
      onExpired: this.#hooks.onExpired,
      isWanted: (id) => this.fileOf(id) !== undefined && this.fileOf(id)?.isPaused !== true,
      onRetry: (id, at, attempt, status) =>
        this.dispatch({ type: 'retryScheduled', id, at, attempt, status }),
      onOffset: (id, offset) => this.dispatch({ type: 'offsetKnown', id, offset, now: Date.now() }),
      onGone: (id) => {
        const words = text().uploads.say
        this.#hooks.say(this.fileOf(id)?.name ?? words.upload, words.startingOver)
      },
    }
  }
}
