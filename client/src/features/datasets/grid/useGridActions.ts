import type { ClipboardEvent, KeyboardEvent, MouseEvent } from 'react'
import type { Cell, Column, DataRow } from '../../../api/types'
import type { Leave } from './CellEditor'
import type { Writing } from './cellEditing'
import { type CellPosition, positionAfter, startsTyping } from './gridKeys'
import { positionOf } from './useActiveCell'

const PAGE_STEP = 15
const STEPS: Record<Leave, CellPosition> = {
  stay: { row: 0, column: 0 },
  down: { row: 1, column: 0 },
  right: { row: 0, column: 1 },
  left: { row: 0, column: -1 },
}

type Parts = {
  rows: DataRow[]
  columns: Column[]
  editable: boolean
  active: CellPosition
  moveTo: (position: CellPosition) => void
  open: (row: DataRow, column: string, typed: string | null) => void
  keep: (writing: Writing, value: Cell) => void
  drop: (refusal?: string) => void
}

/** What keys, double clicks and a finished editor do in the grid. */
export const useGridActions = ({ rows, columns, editable, active, moveTo, keep, drop, ...edits }: Parts) => {
  const bounds = { rows: rows.length, columns: columns.length, page: PAGE_STEP }
  const step = ({ row, column }: CellPosition) =>
    moveTo({
      row: Math.min(bounds.rows - 1, Math.max(0, active.row + row)),
      column: Math.min(bounds.columns - 1, Math.max(0, active.column + column)),
    })
  const open = (typed: string | null, at: CellPosition) => {
    const row = rows[at.row]
    const column = columns[at.column]
    if (editable && row && column) edits.open(row, column.name, typed)
  }
  return {
    onKeyDown: (event: KeyboardEvent) => {
      if (!(event.target instanceof HTMLElement) || event.target.dataset.place === undefined) return
      const next = positionAfter(event.key, active, bounds, event.ctrlKey || event.metaKey)
      if (next) moveTo(next)
      else if (event.key === 'Enter' || event.key === 'F2') open(null, active)
      else if (startsTyping(event)) open(event.key, active)
      else return
      event.preventDefault()
    },
    onDoubleClick: (event: MouseEvent) => {
      const cell =
        event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('[data-place]') : null
      const position = cell && positionOf(cell)
      if (position) open(null, position)
    },
    /** A cell in focus is copied as it is written, in full, unless a part of the page is selected. */
    onCopy: (event: ClipboardEvent) => {
      const position = event.target instanceof HTMLElement ? positionOf(event.target) : null
      const cell = position && rows[position.row]?.[columns[position.column]?.name ?? '']
      if (cell === null || cell === undefined || !(document.getSelection()?.isCollapsed ?? true)) return
      event.clipboardData.setData('text/plain', String(cell))
      event.preventDefault()
    },
    onKeep: (at: Writing, value: Cell, leave: Leave) => {
      keep(at, value)
      if (leave !== 'stay') step(STEPS[leave])
    },
    onDrop: (refusal?: string) => {
      drop(refusal)
      moveTo(active)
    },
  }
}
