import type Uppy from '@uppy/core'
import type { TusBody } from '@uppy/tus'
import type { UploadRow } from '../types'
import { newTrack, type Track, toRow, type UploadFile, type UploadMeta } from './toRow'

export type UppyOfUploads = Uppy<UploadMeta, TusBody>

/** What sends one file, as the tus client has it; `url`: where on the server, `chunkSize`: bytes for one request. */
export type Uploader = { url: string | null; options: { chunkSize: number } }

/** The uploader of a file that is being sent or paused. */
export const uploaderOf = (uppy: UppyOfUploads, id: string): Uploader | null =>
  (uppy.getPlugin('Tus') as { uploaders?: Record<string, Uploader | null> } | undefined)?.uploaders?.[id] ??
  null

/** What is known of each file: Uppy's state of it, what Uppy does not keep, and who is through already. */
export type UploadBook = ReturnType<typeof createBook>

/** `uppy` is asked for late, since the uploader itself wants to look into the book. */
export const createBook = (uppy: () => UppyOfUploads) => {
  const tracks = new Map<string, Track>()
  const finished = new Map<string, UploadRow>()
  const trackOf = (id: string): Track => {
    const track = tracks.get(id) ?? newTrack()
    tracks.set(id, track)
    return track
  }
  const fileOf = (id: string): UploadFile | undefined => uppy().getState().files[id]
  const rowOf = (file: UploadFile): UploadRow => toRow(file, trackOf(file.id), navigator.onLine)
  const rows = (): UploadRow[] => uppy().getFiles().map(rowOf)
  return {
    trackOf,
    knownTrack: (id: string): Track | undefined => tracks.get(id),
    fileOf,
    rowOf,
    rows,
    /** Everything to show: what is there, and what was sent and let go. */
    shownRows: (): UploadRow[] => [...rows(), ...[...finished.values()].filter(({ id }) => !fileOf(id))],
    finishedRow: (id: string): UploadRow | undefined => finished.get(id),
    begin: (id: string, restored = false): void => {
      finished.delete(id)
      tracks.set(id, newTrack(restored))
    },
    finish: (file: UploadFile): void => {
      finished.set(file.id, rowOf(file))
      tracks.delete(file.id)
    },
    drop: (id: string): void => void tracks.delete(id),
    clearFinished: (): void => finished.clear(),
  }
}
