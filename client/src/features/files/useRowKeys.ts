import { type KeyboardEvent, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { selectUser } from '../../api/session'
import type { FileEntry } from '../../api/types'
import { useAppDispatch, useAppSelector } from '../../app/hooks'
import { deleteWithUndo } from './deleteWithUndo'
import type { FilesSelection } from './useSelection'

const STEPS: Record<string, number> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }

/**
 * The list by keyboard: Tab reaches one row, arrows go on from there, Space picks, Shift widens,
 * Enter opens, Delete deletes what is picked.
 */
export const useRowKeys = (entries: FileEntry[], selection: FilesSelection) => {
  const [active, setActive] = useState(0)
  const body = useRef<HTMLTableSectionElement>(null)
  const navigate = useNavigate()
  const dispatch = useAppDispatch()
  const me = useAppSelector((state) => selectUser(state)?.username)
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
    const doomed = selection.entries.length > 0 ? selection.entries : entries.slice(here, here + 1)
    const mine = doomed.filter(({ owner }) => owner === me)
    if (mine.length > 0) dispatch(deleteWithUndo(mine))
    selection.clear()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const row = event.target instanceof HTMLElement && event.target.dataset.row !== undefined
    const entry = entries[here]
    if (!row || !entry) return
    const step = event.ctrlKey || event.metaKey || event.altKey ? undefined : STEPS[event.key]
    if (step !== undefined) goTo(here + step, event.shiftKey)
    else if (event.key === ' ') selection.toggle(entry.id, event.shiftKey)
    else if (event.key === 'Enter') void navigate(`/files/${entry.id}`)
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) selection.toggleAll()
    else if (event.key === 'Delete') remove()
    else if (event.key === 'Escape') selection.clear()
    else return
    event.preventDefault()
  }
  return { body, active: here, setActive, onKeyDown }
}
