import { type MouseEvent, useEffect, useRef, useState } from 'react'
import { type Bounds, type CellRange, type Extent, rangeOf } from '../range/selection'
import type { CellPosition } from './gridKeys'
import { positionAround } from './useActiveCell'

type Began = { anchor: CellPosition; extent: Extent }

/** The row whose number was pressed. */
const rowAt = (target: EventTarget): number | null => {
  if (!(target instanceof HTMLElement) || target.closest('button')) return null
  const row = target.closest<HTMLElement>('[data-row]')?.dataset.row
  return row === undefined ? null : Number(row)
}

const isOfEveryRow = ({ extent }: Began): boolean => extent === 'columns' || extent === 'all'

/**
 * Which cells are selected: from where the selection began to the active cell, which has the focus. `pageKey`: of the
 * rows that are shown; on another page nothing is selected but what goes over all of them.
 */
export const useSelection = (
  active: CellPosition,
  bounds: Bounds,
  moveTo: (position: CellPosition) => void,
  pageKey: string,
) => {
  const [began, setBegan] = useState<Began | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another page ends a selection
  useEffect(() => setBegan((now) => (now && isOfEveryRow(now) ? now : null)), [pageKey])
  /** Where the button of the mouse went down that is still held. */
  const held = useRef<Began | null>(null)
  const range: CellRange = rangeOf(
    { anchor: began?.anchor ?? active, head: active, extent: began?.extent ?? 'cells' },
    bounds,
  )
  const collapse = () => setBegan(null)
  const extend = (extent?: Extent) =>
    setBegan((now) => ({ anchor: now?.anchor ?? active, extent: extent ?? now?.extent ?? 'cells' }))
  const press = (position: CellPosition, extent: Extent, shiftKey: boolean): void => {
    if (shiftKey) extend(extent)
    else setBegan(extent === 'cells' ? null : { anchor: position, extent })
    held.current = { anchor: shiftKey ? (began?.anchor ?? active) : position, extent }
  }
  return {
    range,
    collapse,
    extend,
    /** Selects a column whatever is active. */
    selectColumn: (column: number) => {
      setBegan({ anchor: { row: active.row, column }, extent: 'columns' })
      moveTo({ row: active.row, column })
    },
    selectAll: () => {
      setBegan({ anchor: { row: 0, column: 0 }, extent: 'all' })
      moveTo({ row: 0, column: 0 })
    },
    onMouseDown: (event: MouseEvent) => {
      held.current = null
      if (event.button !== 0 || (event.target as HTMLElement).closest('textarea, button')) return
      const row = rowAt(event.target)
      const position = row === null ? positionAround(event.target) : { row, column: 0 }
      if (!position) return
      press(position, row === null ? 'cells' : 'rows', event.shiftKey)
      if (row === null && !event.shiftKey) return
      event.preventDefault()
      moveTo(position)
    },
    onMouseMove: (event: MouseEvent) => {
      const from = held.current
      if (!from) return
      if (event.buttons !== 1) {
        held.current = null
        return
      }
      const row = from.extent === 'rows' ? rowAt(event.target) : null
      const position = row === null ? positionAround(event.target) : { row, column: 0 }
      if (!position || (position.row === active.row && position.column === active.column)) return
      document.getSelection()?.removeAllRanges()
      setBegan(from)
      moveTo(position)
    },
  }
}
