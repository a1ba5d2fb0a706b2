import type { SendQueue } from './sendQueue'
import { deleteOnServer } from './serverUploads'
import type { UploadBook, UppyOfUploads } from './uploadBook'

const UNDO_MS = 8000

type Parts = { uppy: UppyOfUploads; book: UploadBook; queue: SendQueue; touch: (id: string) => void }

export type UploadControls = ReturnType<typeof createControls>

/** What a person can do to one upload. */
export const createControls = ({ uppy, book, queue, touch }: Parts) => {
  const { fileOf, trackOf } = book
  const undoTimers = new Map<string, ReturnType<typeof setTimeout>>()

  const enqueue = (id: string, first = false): void => {
    if (queue.isRunning(id)) return
    // From here on it waits like any other.
    trackOf(id).restored = false
    if (first) queue.putFirst(id)
    else queue.push(id)
    touch(id)
    queue.pump()
  }
  const pause = (id: string): void => {
    const track = trackOf(id)
    Object.assign(track, { retry: null, speed: null })
    if (queue.isRunning(id)) {
      if (!fileOf(id)?.isPaused) uppy.pauseResume(id)
    } else if (!track.problem && !track.restored) {
      track.held = true
      queue.take(id)
    }
    touch(id)
    queue.pump()
  }
  /** Those that wait are held first: else each pause would start the next one. */
  const pauseMany = (ids: string[]): void => {
    const waiting = ids.filter((id) => !queue.isRunning(id))
    for (const id of waiting) {
      trackOf(id).held = true
      queue.take(id)
      touch(id)
    }
    ids.filter(queue.isRunning).forEach(pause)
  }
  const resume = (id: string): void => {
    trackOf(id).held = false
    if (!queue.isRunning(id)) enqueue(id, true)
    else if (fileOf(id)?.isPaused) uppy.pauseResume(id)
    touch(id)
  }
  /** Aborting clears the retry timer, starting again asks the server for its offset at once. */
  const retryNow = (id: string): void => {
    if (!trackOf(id).retry || !queue.isRunning(id)) return
    trackOf(id).retry = null
    uppy.pauseResume(id)
    uppy.pauseResume(id)
    touch(id)
  }
  const remove = (id: string, onServer: boolean): void => {
    clearTimeout(undoTimers.get(id))
    undoTimers.delete(id)
    const file = fileOf(id)
    const uploaderDeletes = queue.isRunning(id)
    queue.forget(id)
    book.drop(id)
    if (!file) return
    const url = file.tus?.uploadUrl
    if (url && onServer && !uploaderDeletes) void deleteOnServer(url)
    uppy.removeFile(id)
    queue.pump()
  }
  const cancel = (id: string): void => {
    if (!fileOf(id) || trackOf(id).cancelling) return
    pause(id)
    trackOf(id).cancelling = true
    undoTimers.set(
      id,
      setTimeout(() => remove(id, true), UNDO_MS),
    )
    touch(id)
  }
  const undoCancel = (id: string): void => {
    clearTimeout(undoTimers.get(id))
    const track = trackOf(id)
    track.cancelling = false
    if (!track.problem && !(track.restored && !track.started)) resume(id)
    touch(id)
  }
  const retry = (id: string): void => {
    if (!queue.isRunning(id)) queue.startNow(id)
  }
  return { enqueue, pause, pauseMany, resume, retry, retryNow, cancel, undoCancel, remove }
}
