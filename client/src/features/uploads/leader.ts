import { formatBytes } from '../../shared/format'
import { makeUppy, PARALLEL_UPLOADS } from './makeUppy'
import { deleteOnServer } from './serverUploads'
import { nextSpeed, startSpeed } from './speed'
import { newTrack, type Track, toRow, type UploadFile } from './toRow'
import type { PickedFile, UploadBatch, UploadCommand, UploadRow } from './types'
import { problemFromXhr } from './uploadProblem'
import { attachBridge } from './uppyBridge'

const UNDO_MS = 8000
const TICK_MS = 1000
const RESTORE_MS = 600

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

/** Sends one user's files. Lives as long as the page: signing out pauses it, nothing destroys it. */
export const createLeader = (userId: string, hooks: LeaderHooks, resumeRestored: boolean): Leader => {
  const tracks = new Map<string, Track>()
  const finished = new Map<string, UploadRow>()
  const undoTimers = new Map<string, ReturnType<typeof setTimeout>>()
  let queue: string[] = []
  const running = new Set<string>()
  let suspended: string[] = []

  const trackOf = (id: string): Track => {
    const track = tracks.get(id) ?? newTrack()
    tracks.set(id, track)
    return track
  }
  const fileOf = (id: string): UploadFile | undefined => uppy.getState().files[id]
  const rowOf = (file: UploadFile): UploadRow => toRow(file, trackOf(file.id), navigator.onLine)

  const uppy = makeUppy(userId, {
    whenSignedIn: hooks.whenSignedIn,
    onExpired: hooks.onExpired,
    isWanted: (id) => fileOf(id)?.isPaused !== true && fileOf(id) !== undefined,
    onRetry: (id, at, attempt) => {
      trackOf(id).retry = { at, attempt }
      touch(id)
    },
    onOffset: (id, offset) => {
      const track = trackOf(id)
      track.retry = null
      track.speed = startSpeed(offset, Date.now())
      touch(id)
    },
    onGone: (id) =>
      hooks.say(fileOf(id)?.name ?? 'Upload', 'The server no longer had the first part. Starting over.'),
  })

  const { touch, flush } = attachBridge(uppy, ({ changed, gone }) => {
    const rows = changed.flatMap((id) => fileOf(id) ?? []).map(rowOf)
    const kept = gone.flatMap((id) => finished.get(id) ?? [])
    hooks.publish({ upsert: [...rows, ...kept], remove: gone.filter((id) => !finished.has(id)), full: false })
  })

  const publishAll = () =>
    hooks.publish({
      upsert: [...uppy.getFiles().map(rowOf), ...[...finished.values()].filter(({ id }) => !fileOf(id))],
      remove: [],
      full: true,
    })

  const settle = (id: string) => {
    running.delete(id)
    const file = fileOf(id)
    if (file?.progress.uploadComplete && !trackOf(id).problem) {
      finished.set(id, rowOf(file))
      tracks.delete(id)
      uppy.removeFile(id)
    }
    pump()
  }

  const start = (id: string) => {
    const track = trackOf(id)
    Object.assign(track, { started: true, held: false, problem: null, retry: null })
    running.add(id)
    uppy
      .retryUpload(id)
      .catch(() => undefined)
      .finally(() => settle(id))
  }

  const pump = () => {
    const busy = [...running].filter((id) => fileOf(id) && !fileOf(id)?.isPaused).length
    for (const id of queue.splice(0, Math.max(0, PARALLEL_UPLOADS - busy))) if (fileOf(id)) start(id)
  }

  const enqueue = (id: string, first = false) => {
    if (running.has(id)) return
    const rest = queue.filter((other) => other !== id)
    queue = first ? [id, ...rest] : [...rest, id]
    touch(id)
    pump()
  }

  const pause = (id: string) => {
    const track = trackOf(id)
    track.retry = null
    track.speed = null
    if (running.has(id)) {
      if (!fileOf(id)?.isPaused) uppy.pauseResume(id)
    } else if (!track.problem && !track.restored) {
      track.held = true
      queue = queue.filter((other) => other !== id)
    }
    touch(id)
    pump()
  }

  const resume = (id: string) => {
    trackOf(id).held = false
    if (!running.has(id)) enqueue(id, true)
    else if (fileOf(id)?.isPaused) uppy.pauseResume(id)
    touch(id)
  }

  /** Aborting clears the retry timer, starting again asks the server for its offset at once. */
  const retryNow = (id: string) => {
    if (!trackOf(id).retry || !running.has(id)) return
    trackOf(id).retry = null
    uppy.pauseResume(id)
    uppy.pauseResume(id)
    touch(id)
  }

  const remove = (id: string, onServer: boolean) => {
    clearTimeout(undoTimers.get(id))
    undoTimers.delete(id)
    const file = fileOf(id)
    const uploaderDeletes = running.has(id)
    queue = queue.filter((other) => other !== id)
    running.delete(id)
    tracks.delete(id)
    if (!file) return
    const url = file.tus?.uploadUrl
    if (url && onServer && !uploaderDeletes) void deleteOnServer(url)
    uppy.removeFile(id)
    pump()
  }

  const cancel = (id: string) => {
    const file = fileOf(id)
    if (!file || trackOf(id).cancelling) return
    pause(id)
    trackOf(id).cancelling = true
    undoTimers.set(
      id,
      setTimeout(() => remove(id, true), UNDO_MS),
    )
    touch(id)
  }

  const undoCancel = (id: string) => {
    clearTimeout(undoTimers.get(id))
    trackOf(id).cancelling = false
    if (!trackOf(id).problem && !(trackOf(id).restored && !trackOf(id).started)) resume(id)
    touch(id)
  }

  const reselect = (id: string, file: File) => {
    const ghost = fileOf(id)
    if (!ghost?.isGhost) return
    if (file.name !== ghost.name)
      return hooks.say('Another file', `That is ${file.name}; choose ${ghost.name} to go on.`)
    if (file.size !== ghost.size)
      return hooks.say(
        'Another file',
        `That file has ${formatBytes(file.size)}, ${formatBytes(ghost.size)} were expected.`,
      )
    uppy.setFileState(id, { data: file, isGhost: false })
    enqueue(id)
  }

  const add = (picked: PickedFile[]) => {
    const ghosts = uppy.getFiles().filter(({ isGhost }) => isGhost)
    const fresh = picked.filter(({ file }) => {
      const ghost = ghosts.find(({ name, size }) => name === file.name && size === file.size)
      if (ghost) reselect(ghost.id, file)
      return !ghost
    })
    uppy.addFiles(
      fresh.map(({ file, relativePath }) => ({
        source: 'page',
        name: file.name,
        type: file.type,
        data: file,
        meta: { relativePath },
      })),
    )
  }

  uppy.on('files-added', (files) => {
    for (const { id, meta } of files) {
      finished.delete(id)
      tracks.set(id, newTrack())
      if (meta.relativePath)
        uppy.setFileState(id, { tus: { allowedMetaFields: ['name', 'type', 'relativePath'] } })
      queue.push(id)
      touch(id)
    }
    flush()
    pump()
  })
  uppy.on('restriction-failed', (file, error) => {
    if (!file) return
    const known = tracks.get(file.id)
    if (known?.problem) return start(file.id)
    if (known?.cancelling) return undoCancel(file.id)
    hooks.say('Not added', known ? `${file.name} is already being uploaded.` : error.message)
  })
  uppy.on('upload-progress', (file, { bytesUploaded }) => {
    if (!file) return
    const track = trackOf(file.id)
    const now = Date.now()
    track.retry = null
    track.speed = track.speed ? nextSpeed(track.speed, bytesUploaded, now) : startSpeed(bytesUploaded, now)
  })
  uppy.on('upload-error', (file, _, response) => {
    if (!file) return
    Object.assign(trackOf(file.id), { problem: problemFromXhr(response?.body?.xhr), retry: null })
    touch(file.id)
  })

  const restored = new Promise<void>((resolve) => {
    uppy.on('restored', () => {
      for (const file of uppy.getFiles()) {
        // What the server refused before it took a byte has nothing to go on with.
        const refused = file.error && !file.tus?.uploadUrl
        if (file.progress.uploadComplete || refused) uppy.removeFile(file.id)
        else tracks.set(file.id, newTrack(true))
      }
      for (const file of uppy.getFiles()) uppy.setFileState(file.id, { isPaused: false, error: null })
      uppy.setState({ currentUploads: {}, recoveredState: null })
      publishAll()
      if (resumeRestored) run({ type: 'recoverAll' })
      resolve()
    })
    setTimeout(resolve, RESTORE_MS)
  })

  // A stalled connection sends no progress; the speed has to fall all the same.
  setInterval(() => {
    for (const id of running) {
      const track = trackOf(id)
      const file = fileOf(id)
      if (!track.speed || !file || file.isPaused || track.retry) continue
      track.speed = nextSpeed(track.speed, file.progress.bytesUploaded || 0, Date.now())
      touch(id)
    }
  }, TICK_MS)
  for (const event of ['online', 'offline'])
    window.addEventListener(event, () => {
      for (const { id } of uppy.getFiles()) touch(id)
      if (navigator.onLine) run({ type: 'wake' })
    })

  const each = (wanted: (row: UploadRow) => boolean, act: (id: string) => void) => {
    for (const row of uppy.getFiles().map(rowOf)) if (wanted(row)) act(row.id)
  }
  const forget = (id: string) => remove(id, false)
  const isMoving = ({ phase }: UploadRow) =>
    !['paused', 'failed', 'uploaded', 'cancelling', 'interrupted', 'needs-file'].includes(phase)
  const isLeftOver = ({ phase }: UploadRow) => phase === 'interrupted' || phase === 'needs-file'

  const acts: Acts = {
    add: ({ files }) => void restored.then(() => add(files)),
    reselect: ({ id, file }) => reselect(id, file),
    pause: ({ id }) => pause(id),
    resume: ({ id }) => resume(id),
    cancel: ({ id }) => cancel(id),
    undoCancel: ({ id }) => undoCancel(id),
    retry: ({ id }) => {
      if (!running.has(id)) start(id)
    },
    retryNow: ({ id }) => retryNow(id),
    first: ({ id }) => enqueue(id, true),
    pauseAll: () => each(isMoving, pause),
    resumeAll: () => each(({ phase }) => phase === 'paused', resume),
    recoverAll: () => each(({ phase }) => phase === 'interrupted', enqueue),
    discardAll: () => each(isLeftOver, cancel),
    wake: () => each(({ phase }) => phase === 'retrying', retryNow),
    forget: ({ fileId }) => each((row) => row.fileId === fileId, forget),
  }
  const run = (command: UploadCommand) => (acts[command.type] as (command: UploadCommand) => void)(command)

  return {
    run,
    publishAll,
    suspend: () => {
      suspended = uppy
        .getFiles()
        .map(rowOf)
        .filter(isMoving)
        .map(({ id }) => id)
      suspended.forEach(pause)
    },
    wake: () => {
      suspended.forEach(resume)
      suspended = []
      publishAll()
    },
  }
}
