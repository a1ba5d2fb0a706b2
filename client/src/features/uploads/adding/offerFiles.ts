import { filesApi } from '../../../api/filesApi'
import type { FileEntry } from '../../../api/types'
import type { AppDispatch, RootState } from '../../../store/state'
import { addFiles } from '../commands'
import { sha256Of } from '../recovery/fileIdentity'
import { newRow, type PickedFile } from '../types'
import { uploadsSynced } from '../uploadsSlice'
import { type Duplicate, duplicatesFound } from './duplicatesSlice'

/** Looking at more would hold up a whole folder. */
const FILES_MAX = 20
/** Digested in memory, in bytes. */
const BYTES_MAX = 64 * 1024 * 1024
/** For all of them together: who does not answer must not hold up the uploads. */
const TIMEOUT_MS = 3000

/** Files that wait for an answer; the store keeps only what is shown of them. */
const held = new Map<string, PickedFile>()
let counter = 0

const hold = (picked: PickedFile): string => {
  counter += 1
  const key = `offered-${counter}`
  held.set(key, picked)
  return key
}
export const takeHeld = (key: string): PickedFile | undefined => {
  const file = held.get(key)
  held.delete(key)
  return file
}

const before = <T>(deadline: number, work: Promise<T>): Promise<T | null> =>
  Promise.race([
    work,
    new Promise<null>((resolve) => setTimeout(() => resolve(null), Math.max(0, deadline - Date.now()))),
  ])

/** The stored file with the same bytes, whatever it is called; of rows for a table, one whose rows are in it. */
const twinOf = async (
  dispatch: AppDispatch,
  { file, dataset }: PickedFile,
  deadline: number,
): Promise<FileEntry | null> => {
  if (file.size === 0 || file.size > BYTES_MAX || Date.now() > deadline) return null
  const digest = await sha256Of(file)
  if (digest === null) return null
  const ask = filesApi.endpoints.findTwins.initiate(digest, { subscribe: false, forceRefetch: true })
  const twins = (await before(deadline, dispatch(ask)))?.data ?? []
  return twins.find(({ dataset_id }) => !dataset || dataset_id === dataset.id) ?? null
}

const asDuplicate = (
  key: string,
  { id, name, uploaded_at, dataset_id }: FileEntry,
  { dataset }: PickedFile,
): Duplicate => ({
  key,
  target: dataset ?? null,
  name,
  fileId: id,
  datasetId: dataset_id,
  uploadedAt: uploaded_at,
})

const shownWhileChecked = (key: string, { file, relativePath, dataset }: PickedFile) =>
  newRow(key, 'checking', {
    name: file.name,
    relativePath,
    appendsTo: dataset?.name ?? null,
    size: file.size,
  })

/** Takes in what a person chose, one after the other; what is on the server already is asked about first. */
export const offerFiles =
  (picked: PickedFile[]) =>
  async (dispatch: AppDispatch, getState: () => RootState): Promise<void> => {
    const whose = getState().session.user?.id
    const isMine = () => getState().session.user?.id === whose
    // Who uploads by a link knows of no other files.
    const mayAsk = whose !== undefined && picked.length <= FILES_MAX && navigator.onLine
    const asked = mayAsk ? picked.map((each) => ({ key: hold(each), each })) : []
    if (!mayAsk) dispatch(addFiles(picked))
    const rows = asked.map(({ key, each }) => shownWhileChecked(key, each))
    if (rows.length > 0) dispatch(uploadsSynced({ upsert: rows, remove: [], full: false }))
    const deadline = Date.now() + TIMEOUT_MS
    for (const { key, each } of asked) {
      const twin = await twinOf(dispatch, each, deadline)
      // What one person chose is never sent as another's.
      if (!isMine()) return void takeHeld(key)
      if (twin) dispatch(duplicatesFound([asDuplicate(key, twin, each)]))
      else {
        takeHeld(key)
        dispatch(addFiles([each]))
      }
      // After the real row has come, so that the dock does not close in between.
      setTimeout(() => dispatch(uploadsSynced({ upsert: [], remove: [key], full: false })))
    }
  }
