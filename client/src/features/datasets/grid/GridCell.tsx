import type { ReactNode } from 'react'
import type { Cell, Column } from '../../../api/types'
import { useLaterText } from '../../../i18n/later'
import { NoValue } from '../../../shared/NoValue'
import { isNumeric } from '../columnTypes'
import { Hits } from '../Hits'
import { CellEditor, type Leave } from './CellEditor'
import classes from './GridCell.module.css'

/** Characters of a cell that are drawn, and that show when the pointer rests on it. */
const DRAWN_CHARS_MAX = 1000

const shortened = (text: string) =>
  text.length > DRAWN_CHARS_MAX ? `${text.slice(0, DRAWN_CHARS_MAX)}…` : text

const Value = ({ value }: { value: Cell | undefined }) => {
  const words = useLaterText().datasets.grid
  if (value === null || value === undefined) return <NoValue>{words.null}</NoValue>
  if (value === '') return <NoValue>{words.empty}</NoValue>
  return (
    <bdi>
      <Hits text={shortened(String(value))} />
    </bdi>
  )
}

type Props = {
  column: Column
  value: Cell | undefined
  start: number
  width: number
  index: number
  frozen: boolean
  position: string
  label: string
  active: boolean
  selected: boolean
  /** Whether the search stands at it. */
  found: boolean
  /** What the editor starts with, null while the cell is not being written. */
  writing: { typed: string | null; seen: Cell } | null
  note: ReactNode
  onType: (draft: string) => void
  onKeep: (value: Cell, leave: Leave) => void
  onDrop: (refusal?: string) => void
}

export const GridCell = ({
  column,
  value,
  start,
  width,
  index,
  frozen,
  position,
  label,
  active,
  selected,
  found,
  writing,
  note,
  onType,
  onKeep,
  onDrop,
}: Props) => (
  <td
    role="gridcell"
    className={classes.cell}
    style={{ insetInlineStart: start, width }}
    aria-colindex={index + 2}
    tabIndex={active ? 0 : -1}
    aria-selected={selected}
    data-place={position}
    data-frozen={frozen || undefined}
    data-numeric={isNumeric(column) || undefined}
    data-found={found || undefined}
    data-writing={writing !== null || undefined}
    title={writing ? undefined : shortened(String(value ?? ''))}
  >
    {writing ? (
      <CellEditor
        column={column}
        label={label}
        value={writing.seen}
        typed={writing.typed}
        note={note}
        onType={onType}
        onKeep={onKeep}
        onDrop={onDrop}
      />
    ) : (
      <Value value={value} />
    )}
  </td>
)
