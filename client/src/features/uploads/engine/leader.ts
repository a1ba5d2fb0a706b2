import { text } from '../../../i18n/language'
import { createWaitingRoom } from '../queue/backlog'
import { openWaitingStore } from '../queue/backlogStore'
import { createQueue } from '../queue/sendQueue'
import { rememberHandle } from '../recovery/fileHandles'
import { startSpeed } from '../speed'
import type { UploadBatch, UploadCommand, UploadRow } from '../types'
import { createIntake } from './intake'
import { makeUppy } from './makeUppy'
import { restoreUploads, settleWhole } from './restoreUploads'
import { createBook, type UppyOfUploads } from './uploadBook'
import { createControls } from './uploadControls'
import { attachBridge } from './uppyBridge'
import { followUppy, markHead } from './uppyEvents'

export type LeaderHooks = {
  publish: (batch: UploadBatch) => void
  whenSignedIn: () => Promise<void>
  onExpired: () => void
  say: (title: string, detail: string) => void
}

type Acts = { [T in UploadCommand['type']]: (command: Extract<UploadCommand, { type: T }>) => void }

export type Leader = {
  run: (command: UploadCommand) => void
  publishAll: () => void
  suspend: () => void
  wake: () => void
}

const isMoving = ({ phase }: UploadRow) =>
  !['paused', 'failed', 'uploaded', 'cancelling', 'interrupted', 'needs-file'].includes(phase)

/** So many failed ones Uppy holds. */
const MOST_FAILED = 20

/** Sends one user's files. Lives as long as the page: signing out pauses it, nothing destroys it. */
export const createLeader = (userId: string, hooks: LeaderHooks, resumeRestored: boolean): Leader => {
  const book = createBook(() => uppy)
  const { fileOf, trackOf } = book
  let suspended: string[] = []

  const uppy: UppyOfUploads = makeUppy(userId, {
    whenSignedIn: hooks.whenSignedIn,
    onExpired: hooks.onExpired,
    isWanted: (id) => fileOf(id)?.isPaused !== true && fileOf(id) !== undefined,
    onRetry: (id, at, attempt, status) => {
      trackOf(id).retry = { at, attempt, status }
      touch(id)
    },
    onOffset: (id, offset) => {
      Object.assign(trackOf(id), { retry: null, speed: startSpeed(offset, Date.now()) })
      touch(id)
    },
    onGone: (id) => {
      const words = text().uploads.say
      hooks.say(fileOf(id)?.name ?? words.upload, words.startingOver)
    },
  })

  const { touch, flush } = attachBridge(uppy, ({ changed, gone }) => {
    const rows = changed.flatMap((id) => fileOf(id) ?? []).map(book.rowOf)
    const kept = gone.flatMap((id) => book.finishedRow(id) ?? [])
    hooks.publish({
      upsert: [...rows, ...kept],
      remove: gone.filter((id) => !book.finishedRow(id)),
      full: false,
    })
    if (gone.length > 0) room.refill()
  })
  const publishAll = () =>
    hooks.publish({ upsert: [...book.shownRows(), ...room.rows()], remove: [], full: true })

  const queue = createQueue({
    isHere: (id) => fileOf(id) !== undefined,
    isPaused: (id) => fileOf(id)?.isPaused === true,
    start: async (id) => {
      Object.assign(trackOf(id), { started: true, held: false, problem: null, retry: null })
      void markHead(uppy, book, id)
      await uppy.retryUpload(id).catch(() => undefined)
    },
    onSettled: (id) => {
      const file = fileOf(id)
      if (file?.progress.uploadComplete && !trackOf(id).problem) {
        book.finish(file)
        intake.forget(id)
        uppy.removeFile(id)
      } else putOut(id)
      room.refill()
    },
  })
  /** Of many that the server did not want at all only a few stay inside: Uppy's work grows with what it has. */
  const putOut = (id: string): void => {
    const file = fileOf(id)
    const failed = book.rows().filter(({ phase }) => phase === 'failed')
    if (!file || failed.length <= MOST_FAILED || file.tus?.uploadUrl || !(file.data instanceof File)) return
    const { dataset, datasetName, again, relativePath } = file.meta
    room.takeFailed(book.rowOf(file), {
      file: file.data,
      relativePath: relativePath ?? null,
      ...(dataset && { dataset: { id: dataset, name: datasetName ?? '' } }),
      ...(again && { again: true }),
    })
    controls.remove(id)
  }
  const controls = createControls({ uppy, book, queue, touch, say: hooks.say })
  const intake = createIntake({ uppy, book, controls, say: hooks.say })
  const room = createWaitingRoom({
    inside: () => book.rows().filter(isMoving).length,
    letIn: async (picked, next) => {
      await intake.add(picked)
      const newest = uppy.getFiles().at(-1)
      if (next && newest) controls.enqueue(newest.id, true)
      // Those that Uppy did not take are there already.
      const taken = waitedInUppy()
      for (const { waited } of picked) if (waited && !taken.has(waited)) room.settled(waited)
    },
    publish: (upsert, remove) => hooks.publish({ upsert, remove, full: false }),
    say: hooks.say,
    store: openWaitingStore(userId),
  })
  const waitedInUppy = () => new Set(uppy.getFiles().flatMap(({ meta }) => meta.waited ?? []))
  uppy.on('file-removed', ({ meta }) => {
    if (meta.waited) room.settled(meta.waited)
  })
  followUppy({ uppy, book, queue, controls, touch, flush, say: hooks.say })
  const restore = async () => {
    await restoreUploads(uppy, book)
    await settleWhole(uppy, controls.settle)
    for (const { row, handle } of await room.restore(waitedInUppy()))
      if (row.remembered && handle) void rememberHandle(row.id, handle)
    publishAll()
    if (resumeRestored) run({ type: 'recoverAll' })
  }
  const restored = restore()

  const idsOf = (wanted: (row: UploadRow) => boolean): string[] =>
    book
      .rows()
      .filter(wanted)
      .map(({ id }) => id)
  const each = (wanted: (row: UploadRow) => boolean, act: (id: string) => void) => {
    for (const id of idsOf(wanted)) act(id)
  }
  const acts: Acts = {
    add: ({ files }) => void restored.then(() => intake.add(room.admit(files))),
    reselect: ({ id, file }) => void intake.reselect(id, file),
    pause: ({ id }) => controls.pause(id),
    resume: ({ id }) => controls.resume(id),
    cancel: ({ id }) => {
      intake.forget(id)
      controls.cancel(id)
    },
    undoCancel: ({ id }) => controls.undoCancel(id),
    retry: ({ id }) => controls.retry(id),
    retryNow: ({ id }) => controls.retryNow(id),
    first: ({ id }) => controls.enqueue(id, true),
    pauseAll: () => controls.pauseMany(idsOf(isMoving)),
    resumeAll: () => each(({ phase }) => phase === 'paused', controls.resume),
    recoverAll: () => each(({ phase }) => phase === 'interrupted', controls.enqueue),
    discard: ({ ids }) => ids.forEach(controls.cancel),
    undoDiscard: ({ ids }) => ids.forEach(controls.undoCancel),
    settle: ({ ids }) => ids.forEach(controls.settle),
    clearFailed: () => each(({ phase }) => phase === 'failed', controls.cancel),
    clearFinished: () => {
      book.clearFinished()
      publishAll()
    },
    wake: () => each(({ phase }) => phase === 'retrying', controls.retryNow),
    forget: ({ fileId }) => each((row) => row.fileId === fileId, controls.remove),
  }
  const runInside = (command: UploadCommand) =>
    (acts[command.type] as (command: UploadCommand) => void)(command)
  const run = (command: UploadCommand) => {
    // Pausing those inside makes room: nobody may come in through it. Otherwise those inside are first.
    if (command.type !== 'pauseAll' && !('id' in command)) {
      runInside(command)
      room.run(command)
    } else if (!room.run(command)) runInside(command)
  }

  for (const event of ['online', 'offline'])
    window.addEventListener(event, () => {
      for (const { id } of uppy.getFiles()) touch(id)
      if (navigator.onLine) run({ type: 'wake' })
    })

  return {
    run,
    publishAll,
    suspend: () => {
      book.clearFinished()
      suspended = idsOf(isMoving)
      controls.pauseMany(suspended)
    },
    wake: () => {
      suspended.forEach(controls.resume)
      suspended = []
      publishAll()
    },
  }
}
