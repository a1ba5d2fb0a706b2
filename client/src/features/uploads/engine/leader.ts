import { BacklogQueue } from '../queue/backlog'
import { openBacklogStore } from '../queue/backlogStore'
import { Cancelled } from '../recovery/cancelled'
import { forgetHandle, rememberHandle } from '../recovery/fileHandles'
import type { PickedFile, UploadBatch, UploadCommand, UploadRow } from '../types'
import { type Adding, addFiles, reselectFile } from './addFiles'
import { eventsFor, isMoving } from './commandEvents'
import { markArrived, restoreUploads } from './restoreUploads'
import type { UploadFile } from './toRow'
import { type TransferHooks, Transfers } from './transfers'

/** Where the user looks: what is published goes there, and so does what is said. */
export type Outlet = {
  publish: (batch: UploadBatch) => void
  say: (title: string, detail: string) => void
}
export type SessionHooks = Pick<TransferHooks, 'whenSignedIn' | 'onExpired' | 'link'>

/**
 * Sends one user's files: those with Uppy (`Transfers`) and those that wait outside (`BacklogQueue`). Lives as long as
 * the page: signing out pauses it, nothing destroys it.
 */
export class Leader {
  readonly #transfers: Transfers
  readonly #backlog: BacklogQueue
  readonly #adding: Adding
  readonly #cancelled: Cancelled
  readonly #restored: Promise<void>
  #outlet: Outlet

  constructor(userId: string, hooks: SessionHooks, outlet: Outlet) {
    this.#outlet = outlet
    const say = (title: string, detail: string) => this.#outlet.say(title, detail)
    const publish = (upsert: UploadRow[], remove: string[]) =>
      this.#outlet.publish({ upsert, remove, full: false })
    this.#cancelled = new Cancelled(userId)
    this.#transfers = new Transfers(userId, {
      ...hooks,
      cancelled: this.#cancelled,
      say,
      publish,
      onCapacity: () => this.#backlog.refill(),
      onOffload: this.#offload,
    })
    const { uppy, dispatch } = this.#transfers
    this.#adding = { uppy, dispatch, say }
    this.#backlog = new BacklogQueue({
      inside: () => this.#transfers.rows().filter(isMoving).length,
      admit: (picked, prioritized) => void this.#admit(picked, prioritized),
      publish,
      say,
      store: openBacklogStore(userId),
      cancelled: this.#cancelled,
    })
    uppy.on('file-removed', ({ meta }) => {
      if (meta.waited) this.#backlog.done(meta.waited)
    })
    for (const event of ['online', 'offline']) window.addEventListener(event, this.#onNetwork)
    this.#restored = this.#restore()
  }

  handle(command: UploadCommand): void {
    // Pausing those inside makes room: nobody may come in through it. Otherwise those inside are first.
    if (command.type !== 'pauseAll' && !('id' in command)) {
      this.#handleInside(command)
      this.#backlog.run(command)
    } else if (!this.#backlog.run(command)) this.#handleInside(command)
  }

  publishAll(): void {
    const upsert = [...this.#transfers.shownRows(), ...this.#backlog.rows()]
    this.#outlet.publish({ upsert, remove: [], full: true })
  }
  /** What an earlier visit left goes on without being asked for: another tab had it going until now. */
  async recoverAll(): Promise<void> {
    await this.#restored
    this.handle({ type: 'recoverAll' })
  }
  suspend(): void {
    this.#transfers.clearSent()
    const ids = this.#transfers.rows().filter(isMoving)
    this.#transfers.dispatch({ type: 'suspend', ids: ids.map(({ id }) => id) })
  }
  /** Goes on with what was suspended, and publishes to where the user looks from now on. */
  wake(outlet: Outlet): void {
    this.#outlet = outlet
    this.#transfers.dispatch({ type: 'wake' })
    this.publishAll()
  }

  #handleInside(command: UploadCommand): void {
    if (command.type === 'add') void this.#restored.then(() => this.#backlog.choose(command.files))
    if (command.type === 'reselect') void reselectFile(this.#adding, command.id, command.file)
    if (command.type === 'cancel') void forgetHandle(command.id)
    for (const event of eventsFor(command, this.#transfers.rows())) this.#transfers.dispatch(event)
    if (command.type !== 'clearFinished') return
    this.#transfers.clearSent()
    this.publishAll()
  }

  async #restore(): Promise<void> {
    const { uppy, dispatch } = this.#transfers
    await restoreUploads(uppy, dispatch)
    this.#cancelAgain()
    await markArrived(uppy, dispatch)
    for (const { row, handle } of await this.#backlog.restore(this.#waitedInUppy()))
      if (row.remembered && handle) void rememberHandle(row.id, handle)
    // Of what is left nothing is here any more.
    const here = new Set(uppy.getFiles().map(({ id }) => id))
    this.#cancelled.remove([...this.#cancelled.all()].filter((id) => !here.has(id)))
    this.publishAll()
  }
  /** Nobody took these back while there was time, and the page was gone before the server was asked. */
  #cancelAgain(): void {
    const { uppy, dispatch } = this.#transfers
    for (const { id } of uppy.getFiles().filter(({ id }) => this.#cancelled.all().has(id))) {
      dispatch({ type: 'cancel', id })
      dispatch({ type: 'undoElapsed', id })
    }
  }
  #waitedInUppy(): Set<string> {
    return new Set(this.#transfers.uppy.getFiles().flatMap(({ meta }) => meta.waited ?? []))
  }
  async #admit(picked: PickedFile[], prioritized: boolean): Promise<void> {
    await addFiles(this.#adding, picked)
    const newest = this.#transfers.uppy.getFiles().at(-1)
    if (prioritized && newest) this.#transfers.dispatch({ type: 'prioritize', id: newest.id })
    // Those that Uppy did not take are there already.
    const taken = this.#waitedInUppy()
    for (const { waited } of picked) if (waited && !taken.has(waited)) this.#backlog.done(waited)
  }
  /** Of many that the server did not want at all only a few stay inside. */
  readonly #offload = (file: UploadFile, row: UploadRow): void => {
    if (file.tus?.uploadUrl || !(file.data instanceof File)) return
    const { dataset, datasetName, again, relativePath } = file.meta
    this.#backlog.takeFailed(row, {
      file: file.data,
      relativePath: relativePath ?? null,
      ...(dataset && { dataset: { id: dataset, name: datasetName ?? '' } }),
      ...(again && { again: true }),
    })
    this.#transfers.dispatch({ type: 'remove', id: file.id })
  }
  readonly #onNetwork = (): void => {
    for (const { id } of this.#transfers.uppy.getFiles()) this.#transfers.touch(id)
    if (navigator.onLine) this.handle({ type: 'wake' })
  }
}
