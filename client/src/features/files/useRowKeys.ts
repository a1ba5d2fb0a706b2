import { useHotkeys } from '@mantine/hooks'
import { type KeyboardEvent, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import type { FileEntry } from '../../api/types'
import { useAppDispatch } from '../../store/hooks'
import { deleteWithUndo } from './deleteWithUndo'
import type { FilesSelection } from './useSelection'

const STEPS: Record<string, number> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }

/** Keys belong to a dialog or menu that is open. */
const isFree = () => document.querySelector('[role=dialog], [role=menu]') === null

/**
 * The list by keyboard: Tab reaches one row, arrows go on from there, Space picks, Shift widens,
 * Enter opens, Delete deletes what is picked.
 */
export const useRowKeys = (entries: FileEntry[], selection: FilesSelection) => {
  const [active, setActive] = useState(0)
  const body = useRef<HTMLTableSectionElement>(null)
  const navigate = useNavigate()
  const dispatch = useAppDispatch()
  const here = Math.min(active, Math.max(0, entries.length - 1))

  const goTo = (index: number, range: boolean) => {
    const next = Math.min(entries.length - 1, Math.max(0, index))
    setActive(next)
    body.current?.querySelectorAll<HTMLElement>('[data-row]')[next]?.focus()
    const from = entries[here]
    const to = entries[next]
    if (!range || !from || !to) return
    if (selection.ids.size === 0) selection.toggle(from.id)
    selection.toggle(to.id, true)
  }
  const remove = () => {
    const wanted = selection.entries.length > 0 ? selection.entries : entries.slice(here, here + 1)
    const mine = wanted.filter(({ role }) => role === 'owner')
    if (mine.length > 0) dispatch(deleteWithUndo(mine))
    selection.clear()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const { target } = event
    if (!(target instanceof HTMLElement)) return
    // A ticked box has the focus of its row; only Space and Enter are the box's own.
    const box = target.matches('input[type=checkbox]')
    const row = target.dataset.row !== undefined || box
    const entry = entries[here]
    if (!row || !entry || (box && (event.key === ' ' || event.key === 'Enter'))) return
    const step = event.ctrlKey || event.metaKey || event.altKey ? undefined : STEPS[event.key]
    if (step !== undefined) goTo(here + step, event.shiftKey)
    else if (event.key === ' ') selection.toggle(entry.id, event.shiftKey)
    else if (event.key === 'Enter') void navigate(`/files/${entry.id}`)
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) selection.toggleAll()
    else if (event.key === 'Delete') remove()
    else if (event.key === 'Escape') selection.clear()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  // After a click beside the rows the focus is nowhere: what is picked can be dealt with all the same.
  useHotkeys(
    selection.ids.size > 0
      ? [
          ['Delete', () => isFree() && remove()],
          ['Escape', () => isFree() && selection.clear()],
        ]
      : [],
  )
  return { body, active: here, setActive, onKeyDown }
}
