import { useMemo, useState } from 'react'
import type { FileEntry } from '../../api/types'
import { allOrNone, extended, NOTHING, stillThere, toggled } from './selection'

/** The picked files of the page in view; those that go away are not picked any more. */
export const useSelection = (entries: FileEntry[]) => {
  const [kept, setKept] = useState(NOTHING)
  const order = useMemo(() => entries.map(({ id }) => id), [entries])
  const selection = useMemo(() => stillThere(kept, order), [kept, order])
  return {
    ids: selection.ids,
    entries: entries.filter(({ id }) => selection.ids.has(id)),
    toggle: (id: string, range = false) =>
      setKept(range ? extended(selection, order, id) : toggled(selection, id)),
    toggleAll: () => setKept(allOrNone(selection, order)),
    clear: () => setKept(NOTHING),
  }
}

export type FilesSelection = ReturnType<typeof useSelection>
