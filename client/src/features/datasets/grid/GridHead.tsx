import type { VirtualItem } from '@tanstack/react-virtual'
import type { KeyboardEvent } from 'react'
import type { Column } from '../../../api/types'
import { useLaterText } from '../../../i18n/later'
import classes from './GridHead.module.css'
import { HeadCell } from './HeadCell'
import type { HeadFrame } from './HeadMenu'
import { IndexCell } from './IndexCell'
import { INDEX_WIDTH } from './layout'

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1 }

/** Arrows walk over the buttons of the head, so that Tab needs to stop but once at each column. */
const walk = (event: KeyboardEvent<HTMLElement>): void => {
  const step = STEPS[event.key]
  const from = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('[data-head]') : null
  if (step === undefined || from === null) return
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-head]')]
  const forward = getComputedStyle(event.currentTarget).direction === 'rtl' ? -step : step
  buttons[buttons.indexOf(from) + forward]?.focus()
  event.preventDefault()
}

type Props = HeadFrame & {
  columns: Column[]
  shown: VirtualItem[]
  width: number
  onSelectAll: () => void
}

export const GridHead = ({ columns, shown, width, onSelectAll, ...frame }: Props) => {
  const {
    datasets: { grid: words },
    cells,
  } = useLaterText()
  return (
    <thead role="rowgroup" className={classes.head} style={{ width }} onKeyDown={walk}>
      <tr role="row" aria-rowindex={1}>
        <IndexCell of="head">
          <button
            type="button"
            className={classes.all}
            data-head
            title={cells.everything}
            aria-label={cells.everything}
            onClick={onSelectAll}
          >
            <span className="sr-only">{words.row}</span>#
          </button>
        </IndexCell>
        {shown.map(({ index, start, size }) => {
          const column = columns[index]
          if (!column) return null
          return (
            <HeadCell
              key={column.name}
              column={column}
              start={start + INDEX_WIDTH}
              width={size}
              index={index}
              {...frame}
            />
          )
        })}
      </tr>
    </thead>
  )
}
