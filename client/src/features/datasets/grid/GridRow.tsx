import { ActionIcon } from '@mantine/core'
import type { VirtualItem } from '@tanstack/react-virtual'
import { Trash2 } from 'lucide-react'
import type { Column, DataRow, Cell as Value } from '../../../api/types'
import { useLaterText } from '../../../i18n/later'
import { formatCount } from '../../../shared/format'
import { ownValue } from '../../../shared/ownValue'
import { type CellRange, isInRange } from '../range/selection'
import type { Leave } from './CellEditor'
import { ChangedNote } from './ChangedNote'
import type { Writing } from './cellEditing'
import { GridCell } from './GridCell'
import classes from './GridRow.module.css'
import type { CellPosition } from './gridKeys'
import { IndexCell } from './IndexCell'
import { INDEX_WIDTH } from './layout'
import { positionName } from './useActiveCell'

/** What is the same for every row: its columns in view, where the focus is, and what is being written. */
export type RowFrame = {
  /** The table's id. */
  id: string
  columns: Column[]
  shown: VirtualItem[]
  /** So many of the first columns stay in sight. */
  frozen: number
  active: CellPosition
  /** The cells that are selected, null where it is one. */
  range: CellRange | null
  /** The cell that the search stands at. */
  hit: CellPosition | null
  writing: Writing | null
  onKeep: (writing: Writing, value: Value, leave: Leave) => void
  onDrop: (refusal?: string) => void
}
type Props = RowFrame & {
  row: DataRow
  index: number
  number: number
  top: number
  marked: boolean
  /** Undefined where rows cannot be deleted. */
  onDelete: (() => void) | undefined
}

type CellProps = Omit<Props, 'columns' | 'shown' | 'top' | 'marked' | 'onDelete'> & {
  column: Column
  slot: VirtualItem
}

const Cell = ({
  column,
  slot,
  id,
  row,
  index,
  number,
  frozen,
  active,
  range,
  hit,
  writing,
  onKeep,
  onDrop,
}: CellProps) => {
  const words = useLaterText().datasets.grid
  const value = ownValue(row, column.name)
  const here = writing?.rid === row._rid && writing.column === column.name ? writing : null
  const changed = here !== null && (value ?? null) !== here.seen
  return (
    <GridCell
      column={column}
      value={value}
      start={slot.start + INDEX_WIDTH}
      width={slot.size}
      index={slot.index}
      frozen={slot.index < frozen}
      position={positionName({ row: index, column: slot.index })}
      label={words.edit(column.name, number)}
      active={active.row === index && active.column === slot.index}
      selected={range !== null && isInRange(range, { row: index, column: slot.index })}
      found={hit?.row === index && hit.column === slot.index}
      writing={here}
      note={changed && <ChangedNote id={id} since={here.base} now={value ?? null} />}
      onType={(draft) => {
        if (here) here.typed = draft
      }}
      onKeep={(kept, leave) => here && onKeep(here, kept, leave)}
      onDrop={onDrop}
    />
  )
}

export const GridRow = ({ columns, shown, top, marked, onDelete, ...cells }: Props) => {
  const words = useLaterText().datasets.edit
  const { active, index, number } = cells
  return (
    <tr
      role="row"
      className={classes.row}
      aria-rowindex={number + 1}
      data-marked={marked || undefined}
      style={{ transform: `translateY(${top}px)` }}
    >
      <IndexCell of="row" row={index}>
        {onDelete && (
          <ActionIcon
            variant="subtle"
            color="gray"
            size={24}
            className={classes.delete}
            tabIndex={active.row === index ? 0 : -1}
            aria-label={`${words.delete} ${formatCount(number)}`}
            onClick={onDelete}
          >
            <Trash2 size={14} aria-hidden />
          </ActionIcon>
        )}
        {formatCount(number)}
      </IndexCell>
      {shown.map((slot) => {
        const column = columns[slot.index]
        return column && <Cell key={column.name} column={column} slot={slot} {...cells} />
      })}
    </tr>
  )
}
