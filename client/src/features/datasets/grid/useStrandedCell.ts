import { useEffect, useRef } from 'react'
import { datasetEdits } from '../../../api/datasetEdits'
import type { RowsPage } from '../../../api/datasetsApi'
import { laterText } from '../../../i18n/later'
import { useAppDispatch } from '../../../store/hooks'
import { draftsLost } from '../unsavedSlice'
import { unsavedCells, type Writing } from './cellEditing'

/**
 * Pure: whether the row of an open editor has left the page that it was opened on, through what others did. A page of
 * another question is one's own doing: the editor waits for the way back.
 */
export const isStranded = (writing: Writing, page: RowsPage): boolean =>
  JSON.stringify(page.query) === JSON.stringify(writing.view) &&
  !page.rows.some(({ _rid }) => _rid === writing.rid)

/** When the row of an open editor is deleted, or moves to another page, says so and keeps what was written. */
export const useStrandedCell = (
  writing: Writing | null,
  page: RowsPage | undefined,
  close: (writing: Writing) => void,
): void => {
  const dispatch = useAppDispatch()
  const leaving = useRef<Writing | null>(null)
  const onLeave = useRef(close)
  useEffect(() => {
    onLeave.current = close
  })
  useEffect(() => {
    if (!writing || !page || leaving.current === writing || !isStranded(writing, page)) return
    leaving.current = writing
    const { id } = page.query
    const say = (isGone: boolean) => {
      const { row, moved } = laterText().datasets.unsaved
      dispatch(draftsLost({ id, reason: isGone ? row : moved, drafts: unsavedCells(writing, [], []) }))
      onLeave.current(writing)
    }
    dispatch(
      datasetEdits.endpoints.rowNow.initiate(
        { id, rid: writing.rid },
        { subscribe: false, forceRefetch: true },
      ),
    )
      .unwrap()
      .then(
        ({ row }) => say(row === null),
        () => say(false),
      )
  }, [writing, page, dispatch])
}
