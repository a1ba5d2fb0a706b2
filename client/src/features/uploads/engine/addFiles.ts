import { text } from '../../../i18n/language'
import { rememberHandle } from '../recovery/fileHandles'
import { refusalOf } from '../recovery/fileIdentity'
import type { PickedFile } from '../types'
import type { UploadFile, UploadsUppy } from './toRow'
import type { TransferEvent } from './transferMachine'

/** Files that are added in one go. */
const PORTION = 100

const nextTurn = () => new Promise<void>((resolve) => setTimeout(resolve))

/** What takes the files, and what is said where one is not the one that is missing. */
export type Adding = {
  uppy: UploadsUppy
  dispatch: (event: TransferEvent) => void
  say: (title: string, detail: string) => void
}

/** Gives a file whose bytes are missing its bytes again, unless they are another file's. */
export const reselectFile = async (
  { uppy, dispatch, say }: Adding,
  id: string,
  file: File,
): Promise<void> => {
  const ghost = uppy.getState().files[id]
  if (!ghost?.isGhost) return
  const expected = { name: ghost.name ?? '', size: ghost.size, headHash: ghost.meta.headHash ?? null }
  const refusal = await refusalOf(expected, file)
  if (refusal !== null) return say(text().uploads.say.another, refusal)
  uppy.setFileState(id, { data: file, isGhost: false })
  dispatch({ type: 'enqueue', id })
}

/** Pure: whether a chosen file is the missing one of an earlier visit. */
const isMissing =
  ({ file, relativePath, dataset }: PickedFile) =>
  ({ isGhost, name, size, meta }: UploadFile): boolean =>
    isGhost &&
    name === file.name &&
    size === file.size &&
    (meta.dataset ?? null) === (dataset?.id ?? null) &&
    (meta.relativePath ?? null) === relativePath

const descriptor = ({ file, relativePath, dataset, again, waited }: PickedFile) => ({
  source: 'page',
  name: file.name,
  type: file.type,
  data: file,
  meta: {
    relativePath,
    dataset: dataset?.id ?? null,
    datasetName: dataset?.name ?? null,
    ...(again && { again: 'true' }),
    ...(waited && { waited }),
  },
})

const keepHandles = (uppy: UploadsUppy, picked: PickedFile[]): void => {
  const handles = new Map(picked.flatMap(({ file, handle }) => (handle ? [[file, handle] as const] : [])))
  if (handles.size === 0) return
  for (const { id, data } of uppy.getFiles()) {
    const handle = data instanceof File ? handles.get(data) : undefined
    if (handle) void rememberHandle(id, handle)
  }
}

/** Uppy copies its list for each file that comes: thousands go in by portions, and the page stays awake. */
export const addFiles = async (adding: Adding, picked: PickedFile[]): Promise<void> => {
  const { uppy } = adding
  const ghosts = uppy.getFiles().filter(({ isGhost }) => isGhost)
  const ghostOf = (each: PickedFile) => ghosts.find(isMissing(each))
  for (const each of picked) {
    const ghost = ghostOf(each)
    if (ghost) void reselectFile(adding, ghost.id, each.file)
  }
  const fresh = picked.filter((each) => !ghostOf(each))
  for (let at = 0; at < fresh.length; at += PORTION) {
    if (at > 0) await nextTurn()
    uppy.addFiles(fresh.slice(at, at + PORTION).map(descriptor))
  }
  keepHandles(uppy, fresh)
}
