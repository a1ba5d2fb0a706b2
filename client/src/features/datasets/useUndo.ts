import { useUndoVersionMutation } from '../../api/cellEdits'
import { detailOf, isProblem } from '../../api/problem'
import { laterText } from '../../i18n/later'
import { toastNote, toastProblem } from '../../shared/toast'
import { useAppDispatch, useAppSelector } from '../../store/hooks'
import { editRedone, editUndone, selectRedo, selectUndo } from './editStackSlice'

const CHANGED = 412
/** Refusals that stay: the version is no edit, is gone, or somebody has gone on from it. */
const FINAL = [404, 409, CHANGED]

/** Takes back the edits of this session one by one, and does them again; null where there is none. */
export const useUndo = (id: string) => {
  const dispatch = useAppDispatch()
  const undo = useAppSelector((state) => selectUndo(state, id))
  const redo = useAppSelector((state) => selectRedo(state, id))
  const [undoVersion, { isLoading }] = useUndoVersionMutation()
  const takeBack = async (
    of: number,
    step: typeof editUndone | typeof editRedone,
    words: [string, string],
  ) => {
    const [message, done] = words
    try {
      const { version } = await undoVersion({ id, version: of, message }).unwrap()
      dispatch(step({ id, version }))
      toastNote(done)
    } catch (error) {
      const status = isProblem(error) ? error.status : 0
      if (FINAL.includes(status)) dispatch(step({ id, version: null }))
      const { notUndone, changedSince } = laterText().cells
      toastProblem(notUndone, status === CHANGED ? changedSince : detailOf(error))
    }
  }
  const run = (of: number | null, step: typeof editUndone | typeof editRedone, isUndo: boolean) => () => {
    if (of === null || isLoading) return
    const { undoing, redoing, undone, redone } = laterText().cells
    void takeBack(of, step, isUndo ? [undoing(of), undone] : [redoing(of), redone])
  }
  return {
    canUndo: undo !== null,
    canRedo: redo !== null,
    undo: run(undo, editUndone, true),
    redo: run(redo, editRedone, false),
  }
}
