import type { ClipboardEvent, KeyboardEvent, MouseEvent } from 'react'
import type { Cell, Column, DataRow } from '../../../api/types'
import { type CellRange, type Extent, extentOfKey, isOneCell } from '../range/selection'
import { blockOf } from '../range/shownCells'
import { asTsv } from '../range/written'
import type { Leave } from './CellEditor'
import type { Writing } from './cellEditing'
import { type CellPosition, positionAfter, startsTyping } from './gridKeys'
import { positionAround, positionOf } from './useActiveCell'

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
  /** The cells that are selected, and how that changes. */
  range: CellRange
  collapse: () => void
  extend: (extent?: Extent) => void
  /** Does what a key asks for with the selected cells; false: nothing. */
  onRangeKey: (event: KeyboardEvent) => boolean
  /** Copies cells that are not all on this page. */
  copyEvery: () => void
  open: (row: DataRow, column: string, typed: string | null) => void
  keep: (writing: Writing, value: Cell) => void
  drop: (refusal?: string) => void
}

/** What keys, double clicks and a finished editor do in the grid. */
export const useGridActions = ({
  rows,
  columns,
  editable,
  active,
  moveTo,
  range,
  collapse,
  extend,
  onRangeKey,
  copyEvery,
  keep,
  drop,
  ...edits
}: Parts) => {
  const bounds = { rows: rows.length, columns: columns.length, page: PAGE_STEP }
  const step = ({ row, column }: CellPosition) => {
    collapse()
    moveTo({
      row: Math.min(bounds.rows - 1, Math.max(0, active.row + row)),
      column: Math.min(bounds.columns - 1, Math.max(0, active.column + column)),
    })
  }
  const open = (typed: string | null, at: CellPosition) => {
    const row = rows[at.row]
    const column = columns[at.column]
    if (editable && row && column) edits.open(row, column.name, typed)
  }
  return {
    onKeyDown: (event: KeyboardEvent) => {
      if (!(event.target instanceof HTMLElement) || event.target.dataset.place === undefined) return
      const next = positionAfter(event.key, active, bounds, event.ctrlKey || event.metaKey)
      const extent = extentOfKey(event)
      if (next) {
        if (event.shiftKey) extend()
        else collapse()
        moveTo(next)
      } else if (extent) extend(extent)
      else if (event.key === 'Escape') collapse()
      else if (onRangeKey(event)) event.stopPropagation()
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
    /** What is selected is copied as it is written, in full, unless a part of a cell's text is selected. */
    onCopy: (event: ClipboardEvent) => {
      if (positionAround(event.target) === null || !(document.getSelection()?.isCollapsed ?? true)) return
      if (range.everyRow) copyEvery()
      else {
        const block = blockOf(rows, columns, range)
        const [cell = null] = block.rows[0] ?? []
        if (isOneCell(range) && cell === null) return
        event.clipboardData.setData('text/plain', isOneCell(range) ? (cell ?? '') : asTsv(block))
      }
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
