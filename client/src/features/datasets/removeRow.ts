import { datasetEdits, type Edited } from '../../api/datasetEdits'
import { detailOf } from '../../api/problem'
import { laterText } from '../../i18n/later'
import { apiUrl } from '../../shared/base'
import { toastProblem } from '../../shared/toast'
import { undoable } from '../../shared/undoable'
import type { AppDispatch } from '../../store/state'
import { versionMade } from './editStackSlice'
import { rowBack, rowRemoved } from './removedRowsSlice'

type RowToDelete = { id: string; rid: number; base: number }

const carryOut = async (dispatch: AppDispatch, row: RowToDelete): Promise<void> => {
  try {
    const version = await dispatch(datasetEdits.endpoints.deleteRow.initiate(row)).unwrap()
    dispatch(versionMade({ id: row.id, version }))
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
    undoable({
      said: laterText().datasets.edit.deleted(number),
      undo: () => dispatch(rowBack(row)),
      carryOut: () => carryOut(dispatch, row),
      onLeave: () =>
        void fetch(apiUrl(`/datasets/${encodeURIComponent(row.id)}/rows/${row.rid}`), {
          method: 'DELETE',
          headers: { 'If-Match': `"${row.base}"` },
          keepalive: true,
        }),
    })
  }

/** Takes a row that was just added away again. */
export const deleteAddedRow =
  (id: string, { version, row }: Edited) =>
  (dispatch: AppDispatch): void =>
    void carryOut(dispatch, { id, rid: row._rid, base: version })
