import { problemFromXhr } from '../uploadProblem'
import type { UploadMeta, UploadsUppy } from './toRow'
import type { TransferEvent } from './transferMachine'

const BASE_FIELDS = ['name', 'type']

/** What the server is told about a file beside its bytes: only what is there. */
const fieldsOf = (meta: Pick<UploadMeta, 'relativePath' | 'dataset' | 'again'>): string[] => [
  ...BASE_FIELDS,
  ...(meta.relativePath ? ['relativePath'] : []),
  ...(meta.dataset ? ['dataset'] : []),
  ...(meta.again ? ['again'] : []),
]

/** Turns what Uppy reports into events. */
export const followUppy = (uppy: UploadsUppy, dispatch: (event: TransferEvent) => void): void => {
  uppy.on('files-added', (files) => {
    for (const { id, meta } of files) {
      const fields = fieldsOf(meta)
      if (fields.length > BASE_FIELDS.length) uppy.setFileState(id, { tus: { allowedMetaFields: fields } })
    }
    dispatch({ type: 'added', ids: files.map(({ id }) => id) })
  })
  uppy.on('restriction-failed', (file, { message }) => {
    if (file) dispatch({ type: 'addedAgain', id: file.id, name: file.name ?? '', message })
  })
  uppy.on('upload-progress', (file, { bytesUploaded: bytes }) => {
    if (file) dispatch({ type: 'progressed', id: file.id, bytes, now: Date.now() })
  })
  uppy.on('upload-error', (file, _, response) => {
    if (file) dispatch({ type: 'failed', id: file.id, problem: problemFromXhr(response?.body?.xhr) })
  })
}
