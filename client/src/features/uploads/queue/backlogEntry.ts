import { newRow, type PickedFile, type Target, type UploadPhase, type UploadRow } from '../types'
import type { StoredEntry } from './backlogStore'

/** A file that waits outside of Uppy. `file`: null when only its name survived the last visit. */
export type BacklogEntry = {
  row: UploadRow
  /** The phase that it was in before this one. */
  before?: UploadPhase
  at: number
  file: File | null
  dataset: Target | null
  again?: true
  handle: FileSystemFileHandle | null
}

export const newEntry = (
  id: string,
  at: number,
  { file, relativePath, dataset, again, handle }: PickedFile,
): BacklogEntry => ({
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

export const storedOf = ({ row, at, file, dataset, again, handle }: BacklogEntry): StoredEntry => {
  const { id, name, size, relativePath } = row
  return { id, at, name, size, relativePath, file, dataset, ...(again && { again }), handle }
}

/** One that an earlier visit left behind: it goes on when somebody says so, or has its file again. */
export const leftEntry = ({
  id,
  at,
  name,
  size,
  relativePath,
  file,
  dataset,
  again,
  handle,
}: StoredEntry): BacklogEntry => ({
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

/** The entry as somebody would have chosen it; nothing without its bytes. */
export const pickedOf = ({ row, file, dataset, again, handle }: BacklogEntry): PickedFile[] =>
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

/** What a chosen file and the entry that it belongs to have in common. */
export const keyOfEntry = ({ row, dataset }: BacklogEntry): string =>
  keyOf(row.relativePath, row.name, row.size, dataset?.id ?? null)
export const keyOfPicked = ({ file, relativePath, dataset }: PickedFile): string =>
  keyOf(relativePath, file.name, file.size, dataset?.id ?? null)
