import { filesApi } from '../../api/filesApi'
import { detailOf } from '../../api/problem'
import type { FileEntry } from '../../api/types'
import { text } from '../../i18n/language'
import { toastProblem, toastUndo } from '../../shared/toast'
import type { AppDispatch } from '../../store/state'

const setShared = async (dispatch: AppDispatch, entries: FileEntry[], shared: boolean): Promise<boolean> => {
  const asked = entries.map(({ id }) =>
    dispatch(filesApi.endpoints.patchFile.initiate({ id, shared })).unwrap(),
  )
  const failed = (await Promise.allSettled(asked)).find((each) => each.status === 'rejected')
  if (failed) toastProblem(text().files.actions.notShared, detailOf(failed.reason))
  return !failed
}

/** Shares files with everybody, or takes them back; Undo leaves those alone that were so before. */
export const shareWithUndo =
  (entries: FileEntry[], shared: boolean) =>
  async (dispatch: AppDispatch): Promise<void> => {
    const changed = entries.filter((entry) => entry.shared !== shared)
    if (changed.length === 0 || !(await setShared(dispatch, changed, shared))) return
    const words = text().files.selection
    toastUndo(
      shared ? words.shared(changed.length) : words.private(changed.length),
      () => void setShared(dispatch, changed, !shared),
    )
  }
