import { useLayoutEffect, useRef } from 'react'
import type { Column } from '../../api/types'
import { laterText } from '../../i18n/later'
import { unsavedDrafts } from '../../shared/drafts'
import { useAppDispatch } from '../../store/hooks'
import { draftsLost } from './unsavedSlice'

/** Pure: names that were columns before and are none now. */
export const namesGone = (before: Column[], now: Column[]): string[] => {
  const names = new Set(now.map(({ name }) => name))
  return before.map(({ name }) => name).filter((name) => !names.has(name))
}

/** When somebody else renames or drops a column, what is being written for it is kept and said. */
export const useGoneColumns = (id: string, columns: Column[]): void => {
  const dispatch = useAppDispatch()
  const before = useRef(columns)
  // Before the other effects: fields of the columns that are gone tell what is in them until these have run.
  useLayoutEffect(() => {
    const gone = namesGone(before.current, columns)
    before.current = columns
    if (gone.length === 0) return
    const drafts = unsavedDrafts()
    for (const name of gone)
      dispatch(
        draftsLost({
          id,
          reason: laterText().datasets.unsaved.column(name),
          drafts: drafts.filter(({ column }) => column === name),
        }),
      )
  }, [id, columns, dispatch])
}
