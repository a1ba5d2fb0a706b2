import { useMemo, useState } from 'react'
import type { FileEntry } from '../../api/types'
import type { FilesView } from './filesUrl'
import { allOrNone, extended, NOTHING, stillThere, toggled } from './selection'

/** Files of other pages that are picked too; `of`: the view in which somebody said so. */
type Beyond = { of: string; entries: FileEntry[] }

/** The picked files; those that go away are not picked any more, and another page begins with none. */
export const useSelection = (entries: FileEntry[], view: FilesView) => {
  const [kept, setKept] = useState(NOTHING)
  const [said, setBeyond] = useState<Beyond | null>(null)
  const of = JSON.stringify(view)
  const order = useMemo(() => entries.map(({ id }) => id), [entries])
  const selection = useMemo(() => stillThere(kept, order), [kept, order])
  const allPicked = order.length > 0 && selection.ids.size === order.length
  const beyond = said?.of === of && allPicked ? said.entries : []
  return {
    ids: selection.ids,
    count: selection.ids.size + beyond.length,
    /** Every file of this page is picked. */
    allPicked,
    entries: [...entries.filter(({ id }) => selection.ids.has(id)), ...beyond],
    toggle: (id: string, range = false) => {
      setBeyond(null)
      setKept(range ? extended(selection, order, id) : toggled(selection, id))
    },
    toggleAll: () => {
      setBeyond(null)
      setKept(allOrNone(selection, order))
    },
    /** Picks the files of all other pages besides those of this one. */
    pickBeyond: (all: FileEntry[]) => setBeyond({ of, entries: all.filter(({ id }) => !order.includes(id)) }),
    clear: () => {
      setBeyond(null)
      setKept(NOTHING)
    },
  }
}

export type FilesSelection = ReturnType<typeof useSelection>
