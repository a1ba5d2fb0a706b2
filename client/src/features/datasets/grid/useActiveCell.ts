import { type RefObject, useEffect, useRef, useState } from 'react'
import type { Place } from './gridKeys'

export const placeName = ({ row, column }: Place): string => `${row}:${column}`

/** The place that an element stands at, null when it is no cell. */
export const placeOf = (element: HTMLElement): Place | null => {
  const [row, column] = (element.dataset.place ?? '').split(':').map(Number)
  return row === undefined || column === undefined ? null : { row, column }
}

/** The one cell that Tab reaches. After a move it gets the focus as soon as it is drawn. */
export const useActiveCell = (scroller: RefObject<HTMLElement | null>, reveal: (place: Place) => void) => {
  const [active, setActive] = useState<Place>({ row: 0, column: 0 })
  const wanted = useRef(false)
  useEffect(() => {
    if (!wanted.current) return
    const cell = scroller.current?.querySelector<HTMLElement>(`[data-place="${placeName(active)}"]`)
    if (!cell) return
    wanted.current = false
    cell.focus({ preventScroll: true })
  })
  return {
    active,
    /** The focus came by itself, by a click or by Tab. */
    noteFocus: (target: EventTarget) => {
      const place = target instanceof HTMLElement ? placeOf(target) : null
      if (place) setActive(place)
    },
    moveTo: (place: Place) => {
      wanted.current = true
      reveal(place)
      setActive({ ...place })
    },
  }
}
