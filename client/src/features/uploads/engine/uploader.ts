import { headHashOf } from '../recovery/fileIdentity'
import type { UploadsUppy } from './toRow'

/** What sends one file, as the tus client has it; `url`: where on the server, `chunkSize`: bytes for one request. */
export type Uploader = { url: string | null; options: { chunkSize: number } }

/** The uploader of a file that is being sent or paused. */
export const uploaderOf = (uppy: UploadsUppy, id: string): Uploader | null =>
  (uppy.getPlugin('Tus') as { uploaders?: Record<string, Uploader | null> } | undefined)?.uploaders?.[id] ??
  null

/** Lets go of a file here; nothing is deleted on the server. */
export const releaseFile = (uppy: UploadsUppy, id: string): void => {
  // An uploader without an address has nothing that it could delete.
  const uploader = uploaderOf(uppy, id)
  if (uploader) uploader.url = null
  if (uppy.getState().files[id]) uppy.removeFile(id)
}

export const markComplete = (uppy: UploadsUppy, id: string): void => {
  const file = uppy.getState().files[id]
  if (!file) return
  const progress = {
    ...file.progress,
    uploadStarted: file.progress.uploadStarted ?? Date.now(),
    bytesUploaded: file.size ?? 0,
    uploadComplete: true as const,
  }
  uppy.setFileState(id, { isGhost: false, progress })
}

/** Keeps what is needed to know the file again, should it have to be chosen once more. */
export const markHead = async (uppy: UploadsUppy, id: string): Promise<void> => {
  const file = uppy.getState().files[id]
  if (!(file?.data instanceof Blob) || file.meta.headHash) return
  const headHash = await headHashOf(file.data)
  if (headHash !== null && uppy.getState().files[id]) uppy.setFileMeta(id, { headHash })
}
