import { text } from '../../../i18n/language'
import type { SendQueue } from '../queue/sendQueue'
import { askServer, deleteOnServer, forgetAddress } from '../serverUploads'
import { type UploadBook, type UppyOfUploads, uploaderOf } from './uploadBook'

const UNDO_MS = 8000

type Parts = {
  uppy: UppyOfUploads
  book: UploadBook
  queue: SendQueue
  touch: (id: string) => void
  say: (title: string, detail: string) => void
}

export type UploadControls = ReturnType<typeof createControls>

/** What a person can do to one upload. */
export const createControls = ({ uppy, book, queue, touch, say }: Parts) => {
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
  /** Lets go of a file here; nothing is deleted on the server. */
  const remove = (id: string): void => {
    clearTimeout(undoTimers.get(id))
    undoTimers.delete(id)
    const file = fileOf(id)
    queue.forget(id)
    book.drop(id)
    if (!file) return
    // An uploader without an address has nothing that it could delete.
    const uploader = uploaderOf(uppy, id)
    if (uploader) uploader.url = null
    uppy.removeFile(id)
    queue.pump()
  }
  /** The server has every byte of it: it is shown as sent, and let go. */
  const settle = (id: string): void => {
    const file = fileOf(id)
    if (!file) return
    const uploadStarted = file.progress.uploadStarted ?? Date.now()
    const progress = {
      ...file.progress,
      uploadStarted,
      bytesUploaded: file.size ?? 0,
      uploadComplete: true as const,
    }
    uppy.setFileState(id, { isGhost: false, progress })
    Object.assign(trackOf(id), { cancelling: false, problem: null })
    const sent = fileOf(id)
    if (sent) book.finish(sent)
    if (file.tus?.uploadUrl) forgetAddress(file.tus.uploadUrl)
    remove(id)
  }
  /** Deletes what is unfinished; what has become a whole file meanwhile is nobody's to cancel any more. */
  const cancelNow = async (id: string): Promise<void> => {
    const file = fileOf(id)
    const url = file?.tus?.uploadUrl
    if (!file || !url) return remove(id)
    const there = await askServer(url)
    if (!trackOf(id).cancelling) return
    if (there === 'whole') {
      settle(id)
      return say(file.name ?? '', text().uploads.say.wasWhole)
    }
    remove(id)
    await deleteOnServer(url)
  }
  const cancel = (id: string): void => {
    if (!fileOf(id) || trackOf(id).cancelling) return
    pause(id)
    trackOf(id).cancelling = true
    undoTimers.set(
      id,
      setTimeout(() => void cancelNow(id), UNDO_MS),
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
  return { enqueue, pause, pauseMany, resume, retry, retryNow, cancel, undoCancel, remove, settle }
}
