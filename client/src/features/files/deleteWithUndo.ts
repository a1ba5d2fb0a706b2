import { filesApi } from '../../api/filesApi'
import { fileGone } from '../../api/live'
import { detailOf } from '../../api/problem'
import type { AppDispatch } from '../../app/store'
import { toastProblem, toastUndo, UNDO_MS } from '../../shared/toast'
import { fileHidden, fileShown } from './hiddenFilesSlice'

/** Deletions that can still be taken back, by file id. */
const waiting = new Map<string, () => void>()

// Leaving the page is not a wish to undo: what is waiting is carried out on the way out.
window.addEventListener('pagehide', () => {
  for (const id of waiting.keys())
    void fetch(`/api/files/${encodeURIComponent(id)}`, { method: 'DELETE', keepalive: true })
  waiting.clear()
})

const carryOut = async (dispatch: AppDispatch, id: string, name: string): Promise<void> => {
  try {
    await dispatch(filesApi.endpoints.deleteFile.initiate(id)).unwrap()
    dispatch(fileGone(id))
  } catch (error) {
    dispatch(fileShown(id))
    toastProblem(`${name} was not deleted`, detailOf(error))
  }
}

/** Takes the file out of sight at once; the server is asked when the time for Undo is over. */
export const deleteWithUndo =
  (id: string, name: string) =>
  (dispatch: AppDispatch): void => {
    dispatch(fileHidden(id))
    const timer = setTimeout(() => {
      waiting.delete(id)
      closeToast()
      void carryOut(dispatch, id, name)
    }, UNDO_MS)
    const closeToast = toastUndo(`Deleted ${name}`, () => {
      clearTimeout(timer)
      waiting.delete(id)
      dispatch(fileShown(id))
    })
    waiting.set(id, closeToast)
  }
