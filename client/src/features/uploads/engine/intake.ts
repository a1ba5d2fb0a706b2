import { text } from '../../../i18n/language'
import { forgetHandle, rememberHandle } from '../recovery/fileHandles'
import { refusalOf } from '../recovery/fileIdentity'
import type { PickedFile } from '../types'
import type { UploadBook, UppyOfUploads } from './uploadBook'
import type { UploadControls } from './uploadControls'

/** Files that are added in one go. */
const PORTION = 100

const nextTurn = () => new Promise<void>((resolve) => setTimeout(resolve))

type Parts = {
  uppy: UppyOfUploads
  book: UploadBook
  controls: UploadControls
  say: (title: string, detail: string) => void
}

/** Takes in what people choose: new files, and the bytes of those whose sending had stopped. */
export const createIntake = ({ uppy, book, controls, say }: Parts) => {
  const reselect = async (id: string, file: File): Promise<void> => {
    const ghost = book.fileOf(id)
    if (!ghost?.isGhost) return
    const expected = { name: ghost.name ?? '', size: ghost.size, headHash: ghost.meta.headHash ?? null }
    const refusal = await refusalOf(expected, file)
    if (refusal !== null) return say(text().uploads.say.another, refusal)
    uppy.setFileState(id, { data: file, isGhost: false })
    controls.enqueue(id)
  }

  /** A dropped file that is the missing one of an earlier visit goes on as that one. */
  const takenByGhost = ({ file, relativePath, dataset }: PickedFile): boolean => {
    const ghost = uppy
      .getFiles()
      .find(
        ({ isGhost, name, size, meta }) =>
          isGhost &&
          name === file.name &&
          size === file.size &&
          (meta.dataset ?? null) === (dataset?.id ?? null) &&
          (meta.relativePath ?? null) === relativePath,
      )
    if (ghost) void reselect(ghost.id, file)
    return ghost !== undefined
  }

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

  /** Uppy copies its list for each file that comes: thousands go in by portions, and the page stays awake. */
  const add = async (picked: PickedFile[]): Promise<void> => {
    const haveGhosts = uppy.getFiles().some(({ isGhost }) => isGhost)
    const fresh = haveGhosts ? picked.filter((each) => !takenByGhost(each)) : picked
    for (let at = 0; at < fresh.length; at += PORTION) {
      if (at > 0) await nextTurn()
      uppy.addFiles(fresh.slice(at, at + PORTION).map(descriptor))
    }
    keepHandles(fresh)
  }

  const keepHandles = (picked: PickedFile[]): void => {
    const handles = new Map(picked.flatMap(({ file, handle }) => (handle ? [[file, handle] as const] : [])))
    if (handles.size === 0) return
    for (const { id, data } of uppy.getFiles()) {
      const handle = data instanceof File ? handles.get(data) : undefined
      if (handle) void rememberHandle(id, handle)
    }
  }

  return { add, reselect, forget: (id: string): void => void forgetHandle(id) }
}
