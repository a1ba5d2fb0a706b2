import { useRef } from 'react'
import { useText } from '../../i18n/language'
import classes from './ColumnEdge.module.css'
import { WIDTH_MAX, WIDTH_MIN } from './useColumnWidths'

const KEY_STEP = 12

type Props = { label: string; width: number; onWidth: (width: number) => void }

/** The edge of a column: drag it, or move it with the arrow keys. It stands before the column that it widens. */
export const ColumnEdge = ({ label, width, onWidth }: Props) => {
  const words = useText().files
  const start = useRef<{ x: number; width: number } | null>(null)
  const towardsEnd = () => (document.dir === 'rtl' ? -1 : 1)
  return (
    <div
      role="separator"
      aria-orientation="vertical"
      aria-label={words.resize(label)}
      aria-valuemin={WIDTH_MIN}
      aria-valuemax={WIDTH_MAX}
      aria-valuenow={width}
      tabIndex={0}
      className={classes.edge}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        start.current = { x: event.clientX, width }
      }}
      onPointerMove={(event) => {
        if (!start.current) return
        onWidth(start.current.width - (event.clientX - start.current.x) * towardsEnd())
      }}
      onPointerUp={() => {
        start.current = null
      }}
      onKeyDown={(event) => {
        const step = { ArrowLeft: 1, ArrowRight: -1 }[event.key]
        if (step === undefined) return
        event.preventDefault()
        onWidth(width + step * KEY_STEP * towardsEnd())
      }}
    />
  )
}
