import { newRow, type PickedFile, type Target, type UploadPhase, type UploadRow } from '../types'
import type { KeptGuest } from './backlogStore'

/** A file that waits outside of Uppy. `file`: null when only its name survived the last visit. */
export type Guest = {
  row: UploadRow
  /** The phase that it was in before this one. */
  before?: UploadPhase
  at: number
  file: File | null
  dataset: Target | null
  again?: true
  handle: FileSystemFileHandle | null
}

export const newGuest = (
  id: string,
  at: number,
  { file, relativePath, dataset, again, handle }: PickedFile,
): Guest => ({
  row: newRow(id, 'queued', {
    name: file.name,
    relativePath,
    appendsTo: dataset?.name ?? null,
    size: file.size,
  }),
  at,
  file,
  dataset: dataset ?? null,
  ...(again && { again }),
  handle: handle ?? null,
})

export const keptOf = ({ row, at, file, dataset, again, handle }: Guest): KeptGuest => {
  const { id, name, size, relativePath } = row
  return { id, at, name, size, relativePath, file, dataset, ...(again && { again }), handle }
}

/** One that an earlier visit left behind: it goes on when somebody says so, or has its file again. */
export const leftGuest = ({
  id,
  at,
  name,
  size,
  relativePath,
  file,
  dataset,
  again,
  handle,
}: KeptGuest): Guest => ({
  row: {
    ...newRow(id, file ? 'interrupted' : 'needs-file', {
      name,
      relativePath,
      appendsTo: dataset?.name ?? null,
      size,
    }),
    remembered: !file && handle !== null,
  },
  at,
  file,
  dataset,
  ...(again && { again }),
  handle,
})

/** The guest as somebody would have chosen it; nothing without its bytes. */
export const pickedOf = ({ row, file, dataset, again, handle }: Guest): PickedFile[] =>
  file === null
    ? []
    : [
        {
          file,
          relativePath: row.relativePath,
          waited: row.id,
          ...(dataset && { dataset }),
          ...(again && { again }),
          ...(handle && { handle }),
        },
      ]

const keyOf = (...parts: (string | number | null | undefined)[]): string => JSON.stringify(parts)

/** What a chosen file and the guest that it belongs to have in common. */
export const keyOfGuest = ({ row, dataset }: Guest): string =>
  keyOf(row.relativePath, row.name, row.size, dataset?.id ?? null)
export const keyOfPicked = ({ file, relativePath, dataset }: PickedFile): string =>
  keyOf(relativePath, file.name, file.size, dataset?.id ?? null)
