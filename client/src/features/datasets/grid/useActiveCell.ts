import { type RefObject, useEffect, useRef, useState } from 'react'
import type { CellPosition } from './gridKeys'

export const positionName = ({ row, column }: CellPosition): string => `${row}:${column}`

/** The position that an element stands at, null when it is no cell. */
export const positionOf = (element: HTMLElement): CellPosition | null => {
  const [row, column] = (element.dataset.place ?? '').split(':').map(Number)
  return row === undefined || column === undefined ? null : { row, column }
}

/** The position of the cell that an element is in, and not in an editor there; browsers name what stands in it. */
export const positionAround = (target: EventTarget): CellPosition | null => {
  if (!(target instanceof HTMLElement) || target.closest('textarea')) return null
  const cell = target.closest<HTMLElement>('[data-place]')
  return cell && positionOf(cell)
}

/** The one cell that Tab reaches. After a move it gets the focus as soon as it is drawn. */
export const useActiveCell = (
  scroller: RefObject<HTMLElement | null>,
  reveal: (position: CellPosition) => void,
) => {
  const [active, setActive] = useState<CellPosition>({ row: 0, column: 0 })
  const wanted = useRef(false)
  useEffect(() => {
    if (!wanted.current) return
    const cell = scroller.current?.querySelector<HTMLElement>(`[data-place="${positionName(active)}"]`)
    if (!cell) return
    wanted.current = false
    cell.focus({ preventScroll: true })
  })
  return {
    active,
    /** The focus came by itself, by a click or by Tab; tells whether to another cell. */
    noteFocus: (target: EventTarget): boolean => {
      const position = target instanceof HTMLElement ? positionOf(target) : null
      if (!position || positionName(position) === positionName(active)) return false
      setActive(position)
      return true
    },
    moveTo: (position: CellPosition) => {
      wanted.current = true
      reveal(position)
      setActive({ ...position })
    },
  }
}
