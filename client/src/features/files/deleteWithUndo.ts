import { filesApi } from '../../api/filesApi'
import { fileGone } from '../../api/live'
import { detailOf } from '../../api/problem'
import { text } from '../../i18n/language'
import { apiUrl } from '../../shared/base'
import { toastProblem } from '../../shared/toast'
import { undoable } from '../../shared/undoable'
import type { AppDispatch } from '../../store/state'
import { filesHidden, filesShown } from './hiddenFilesSlice'

type FileToDelete = { id: string; name: string }

const AT_ONCE = 6

const deleteOne = async (dispatch: AppDispatch, id: string): Promise<unknown> => {
  try {
    await dispatch(filesApi.endpoints.deleteFile.initiate(id)).unwrap()
    dispatch(fileGone(id))
    return null
  } catch (error) {
    dispatch(filesShown([id]))
    return error
  }
}

const carryOut = async (dispatch: AppDispatch, files: FileToDelete[]): Promise<void> => {
  const failures: unknown[] = []
  const left = [...files]
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const failure = await deleteOne(dispatch, next.id)
      if (failure !== null) failures.push(failure)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  if (failures.length === 0) return
  const words = text().files
  const [only] = files
  const title =
    files.length === 1 && only ? words.actions.notDeleted(only.name) : words.selection.notAll(failures.length)
  toastProblem(title, detailOf(failures[0]))
}

/** Takes the files out of sight at once; the server is asked when the time for Undo is over. */
export const deleteWithUndo =
  (files: FileToDelete[]) =>
  (dispatch: AppDispatch): void => {
    const ids = files.map(({ id }) => id)
    const [only] = files
    if (!only) return
    dispatch(filesHidden(ids))
    const words = text().files
    const said = files.length === 1 ? words.actions.deleted(only.name) : words.selection.deleted(files.length)
    undoable({
      said,
      undo: () => dispatch(filesShown(ids)),
      carryOut: () => carryOut(dispatch, files),
      onLeave: () => {
        for (const id of ids)
          void fetch(apiUrl(`/files/${encodeURIComponent(id)}`), { method: 'DELETE', keepalive: true })
      },
    })
  }
