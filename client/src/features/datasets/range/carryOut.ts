import { cellEdits, type OnMisfit } from '../../../api/cellEdits'
import { detailOf, isProblem } from '../../../api/problem'
import { laterText } from '../../../i18n/later'
import { toastNote, toastProblem } from '../../../shared/toast'
import type { AppDispatch } from '../../../store/state'
import { versionMade } from '../editStackSlice'
import { asRowChanges, CHANGED_ROWS_MAX, filledDown, filledEdit, type PlannedEdit } from './changes'
import { RowsMoved, rowCount, rowsToEdit, TooManyRows } from './planEdit'
import type { RangeFrame } from './rangeFrame'

const CHANGED = 412

/** Why an edit was not made, in words. */
export const reasonOf = (error: unknown): string => {
  const words = laterText().cells
  if (error instanceof TooManyRows) return words.tooManyRows(CHANGED_ROWS_MAX)
  if (error instanceof RowsMoved) return words.rowsMoved
  return isProblem(error) && error.status === CHANGED ? words.changedSince : detailOf(error)
}

type Wanted = { id: string; edit: PlannedEdit; withAdded: boolean; onMisfit: OnMisfit; message: string }

/** Makes an edit, one version; throws where it is refused. */
export const makeEdit =
  ({ id, edit, withAdded, onMisfit, message }: Wanted) =>
  async (dispatch: AppDispatch): Promise<void> => {
    const changes = asRowChanges(edit, withAdded)
    const words = laterText().cells
    if (changes.update.length + changes.insert.length === 0) {
      toastNote(words.nothingChanged)
      return
    }
    const made = await dispatch(
      cellEdits.endpoints.changeRows.initiate({ id, base: edit.base, changes, onMisfit, message }),
    ).unwrap()
    if (made.updated.length + made.inserted.length > 0) dispatch(versionMade({ id, version: made.version }))
    toastNote(
      words.changed(edit.changes.length - (made.skipped ?? 0), changes.insert.length, made.skipped ?? 0),
    )
  }

const QUICK = {
  clear: {
    plan: (seen: Parameters<typeof filledEdit>[0], columns: RangeFrame['columns']) =>
      filledEdit(seen, columns, null),
    message: () => laterText().cells.clearMessage,
  },
  fillDown: { plan: filledDown, message: () => laterText().cells.fillMessage },
}

/** Empties the selected cells, or writes the first row's into those below, at once: it can be undone. */
export const quickEdit =
  (frame: RangeFrame, kind: keyof typeof QUICK) =>
  async (dispatch: AppDispatch): Promise<void> => {
    const { id, columns, range } = frame
    try {
      const seen = await dispatch(rowsToEdit(frame, rowCount(frame)))
      const edit = QUICK[kind].plan(seen, columns.slice(range.left, range.right + 1))
      await dispatch(
        makeEdit({ id, edit, withAdded: false, onMisfit: 'refuse', message: QUICK[kind].message() }),
      )
    } catch (error) {
      toastProblem(laterText().cells.notChanged, reasonOf(error))
    }
  }
