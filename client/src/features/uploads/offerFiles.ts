import { filesApi } from '../../api/filesApi'
import type { FileEntry } from '../../api/types'
import type { AppDispatch } from '../../app/store'
import { addFiles } from './commands'
import { type Duplicate, duplicatesFound } from './duplicatesSlice'
import { sha256Of } from './fileIdentity'
import type { PickedFile } from './types'

/** Looking at more would hold up a whole folder. */
const MOST_FILES = 20
/** Digested in memory, in bytes. */
const MOST_BYTES = 64 * 1024 * 1024
const PATIENCE_MS = 3000

/** Files that wait for an answer; the store keeps only what is shown of them. */
const held = new Map<string, PickedFile>()
let counter = 0

export const takeHeld = (key: string): PickedFile | undefined => {
  const file = held.get(key)
  held.delete(key)
  return file
}

const patience = <T>(work: Promise<T>): Promise<T | null> =>
  Promise.race([work, new Promise<null>((resolve) => setTimeout(() => resolve(null), PATIENCE_MS))])

/** The stored file with the same bytes, whatever it is called. */
const twinOf = async (dispatch: AppDispatch, file: File): Promise<FileEntry | null> => {
  if (file.size === 0 || file.size > MOST_BYTES) return null
  const digest = await sha256Of(file)
  if (digest === null) return null
  const ask = filesApi.endpoints.findTwins.initiate(digest, { subscribe: false, forceRefetch: true })
  return (await patience(dispatch(ask)))?.data?.[0] ?? null
}

const asDuplicate = (picked: PickedFile, twin: FileEntry): Duplicate => {
  counter += 1
  const key = `duplicate-${counter}`
  held.set(key, picked)
  const { id, name, uploaded_at, dataset_id } = twin
  return { key, name, fileId: id, datasetId: dataset_id, uploadedAt: uploaded_at }
}

/** Takes in what a person chose, one after the other; what is on the server already is asked about first. */
export const offerFiles =
  (picked: PickedFile[]) =>
  async (dispatch: AppDispatch): Promise<void> => {
    const mayAsk = picked.length <= MOST_FILES && navigator.onLine
    const [asked, plain] = [
      picked.filter(({ dataset }) => mayAsk && !dataset),
      picked.filter(({ dataset }) => !mayAsk || dataset),
    ]
    if (plain.length > 0) dispatch(addFiles(plain))
    for (const each of asked) {
      const twin = await twinOf(dispatch, each.file)
      dispatch(twin ? duplicatesFound([asDuplicate(each, twin)]) : addFiles([each]))
    }
  }
