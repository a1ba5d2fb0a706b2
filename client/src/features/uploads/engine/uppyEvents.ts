import { text } from '../../../i18n/language'
import type { SendQueue } from '../queue/sendQueue'
import { headHashOf } from '../recovery/fileIdentity'
import { nextSpeed, startSpeed } from '../speed'
import { problemFromXhr } from '../uploadProblem'
import type { UploadMeta } from './toRow'
import type { UploadBook, UppyOfUploads } from './uploadBook'
import type { UploadControls } from './uploadControls'

const TICK_MS = 1000
const SHOWN_AT_ONCE = 200
const BASE_FIELDS = ['name', 'type']

type Parts = {
  uppy: UppyOfUploads
  book: UploadBook
  queue: SendQueue
  controls: UploadControls
  touch: (id: string) => void
  flush: () => void
  say: (title: string, detail: string) => void
}

/** What the server is told about a file beside its bytes: only what is there. */
const fieldsOf = (meta: Pick<UploadMeta, 'relativePath' | 'dataset' | 'again'>): string[] => [
  ...BASE_FIELDS,
  ...(meta.relativePath ? ['relativePath'] : []),
  ...(meta.dataset ? ['dataset'] : []),
  ...(meta.again ? ['again'] : []),
]

/** Folds what Uppy tells into the book. */
export const followUppy = ({ uppy, book, queue, controls, touch, flush, say }: Parts): void => {
  const { trackOf, fileOf } = book
  uppy.on('files-added', (files) => {
    for (const { id, meta } of files) {
      book.begin(id)
      const fields = fieldsOf(meta)
      if (fields.length > BASE_FIELDS.length) uppy.setFileState(id, { tus: { allowedMetaFields: fields } })
      queue.push(id)
      touch(id)
    }
    // A few stand there at once; of very many the next batch tells.
    if (uppy.getFiles().length < SHOWN_AT_ONCE) flush()
    queue.pump()
  })
  uppy.on('restriction-failed', (file, error) => {
    if (!file) return
    const known = book.knownTrack(file.id)
    if (known?.problem) return queue.startNow(file.id)
    if (known?.cancelling) return controls.undoCancel(file.id)
    const words = text().uploads.say
    say(words.notAdded, known ? words.already(file.name ?? '') : error.message)
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
  // A stalled connection sends no progress; the speed has to fall all the same.
  setInterval(() => {
    for (const id of queue.runningIds()) {
      const track = trackOf(id)
      const file = fileOf(id)
      if (!track.speed || !file || file.isPaused || track.retry) continue
      track.speed = nextSpeed(track.speed, file.progress.bytesUploaded || 0, Date.now())
      touch(id)
    }
  }, TICK_MS)
}

/** Keeps what is needed to know the file again, should it have to be chosen once more. */
export const markHead = async (uppy: UppyOfUploads, book: UploadBook, id: string): Promise<void> => {
  const file = book.fileOf(id)
  if (!(file?.data instanceof Blob) || file.meta.headHash) return
  const headHash = await headHashOf(file.data)
  if (headHash !== null && book.fileOf(id)) uppy.setFileMeta(id, { headHash })
}
