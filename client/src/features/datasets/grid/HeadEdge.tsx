import { useRef } from 'react'
import classes from './HeadEdge.module.css'

/** The edge behind a column, to be dragged. Keys widen a column by its menu. */
export const HeadEdge = ({ width, onWidth }: { width: number; onWidth: (width: number) => void }) => {
  const start = useRef<{ x: number; width: number } | null>(null)
  const towardsEnd = () => (document.dir === 'rtl' ? -1 : 1)
  return (
    <div
      aria-hidden
      data-edge
      className={classes.edge}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        start.current = { x: event.clientX, width }
      }}
      onPointerMove={(event) => {
        if (start.current) onWidth(start.current.width + (event.clientX - start.current.x) * towardsEnd())
      }}
      onPointerUp={() => {
        start.current = null
      }}
    />
  )
}
