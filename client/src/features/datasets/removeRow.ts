import { datasetEdits, type Edited } from '../../api/datasetEdits'
import { detailOf } from '../../api/problem'
import { laterText } from '../../i18n/later'
import { apiUrl } from '../../shared/base'
import { toastProblem, toastUndo, UNDO_MS } from '../../shared/toast'
import type { AppDispatch } from '../../store/state'
import { rowBack, rowRemoved } from './removedRowsSlice'

type RowToDelete = { id: string; rid: number; base: number }

const waiting = new Set<RowToDelete>()

// Leaving the page is not a wish to undo: what is waiting is carried out on the way out.
window.addEventListener('pagehide', () => {
  for (const { id, rid, base } of waiting)
    void fetch(apiUrl(`/datasets/${encodeURIComponent(id)}/rows/${rid}`), {
      method: 'DELETE',
      headers: { 'If-Match': `"${base}"` },
      keepalive: true,
    })
  waiting.clear()
})

const carryOut = async (dispatch: AppDispatch, row: RowToDelete): Promise<void> => {
  try {
    await dispatch(datasetEdits.endpoints.deleteRow.initiate(row)).unwrap()
  } catch (error) {
    dispatch(rowBack(row))
    toastProblem(laterText().datasets.edit.notDeleted, detailOf(error))
  }
}

/** Takes the row out of sight at once; the server is asked when the time for Undo is over. */
export const removeRow =
  (row: RowToDelete, number: number) =>
  (dispatch: AppDispatch): void => {
    dispatch(rowRemoved(row))
    waiting.add(row)
    const timer = setTimeout(() => {
      waiting.delete(row)
      close()
      void carryOut(dispatch, row)
    }, UNDO_MS)
    const close = toastUndo(laterText().datasets.edit.deleted(number), () => {
      clearTimeout(timer)
      waiting.delete(row)
      dispatch(rowBack(row))
    })
  }

/** Takes a row that was just added away again. */
export const deleteAddedRow =
  (id: string, { version, row }: Edited) =>
  (dispatch: AppDispatch): void =>
    void carryOut(dispatch, { id, rid: row._rid, base: version })
