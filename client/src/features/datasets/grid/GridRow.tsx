import { ActionIcon } from '@mantine/core'
import type { VirtualItem } from '@tanstack/react-virtual'
import { Trash2 } from 'lucide-react'
import type { Cell, Column, DataRow } from '../../../api/types'
import { useLaterText } from '../../../i18n/later'
import { formatCount } from '../../../shared/format'
import type { Leave } from './CellEditor'
import { ChangedNote } from './ChangedNote'
import { GridCell } from './GridCell'
import classes from './GridRow.module.css'
import type { CellPosition } from './gridKeys'
import { IndexCell } from './IndexCell'
import { INDEX_WIDTH } from './layout'
import { positionName } from './useActiveCell'
import type { Writing } from './useCellEdits'

type Props = {
  /** The table's id. */
  id: string
  row: DataRow
  index: number
  number: number
  top: number
  columns: Column[]
  shown: VirtualItem[]
  active: CellPosition
  writing: Writing | null
  marked: boolean
  onKeep: (writing: Writing, value: Cell, leave: Leave) => void
  onDrop: () => void
  /** Undefined where rows cannot be deleted. */
  onDelete: (() => void) | undefined
}

export const GridRow = ({
  id,
  row,
  index,
  number,
  top,
  columns,
  shown,
  active,
  writing,
  marked,
  ...acts
}: Props) => {
  const words = useLaterText().datasets
  const { onKeep, onDrop, onDelete } = acts
  return (
    <tr
      role="row"
      className={classes.row}
      aria-rowindex={number + 1}
      data-marked={marked || undefined}
      style={{ transform: `translateY(${top}px)` }}
    >
      <IndexCell of="row">
        {onDelete && (
          <ActionIcon
            variant="subtle"
            color="gray"
            size={24}
            className={classes.delete}
            tabIndex={active.row === index ? 0 : -1}
            aria-label={`${words.edit.delete} ${formatCount(number)}`}
            onClick={onDelete}
          >
            <Trash2 size={14} aria-hidden />
          </ActionIcon>
        )}
        {formatCount(number)}
      </IndexCell>
      {shown.map(({ index: at, start, size }) => {
        const column = columns[at]
        if (!column) return null
        const position = { row: index, column: at }
        const here = writing?.rid === row._rid && writing.column === column.name ? writing : null
        return (
          <GridCell
            key={column.name}
            column={column}
            value={row[column.name]}
            start={start + INDEX_WIDTH}
            width={size}
            index={at}
            position={positionName(position)}
            label={words.grid.edit(column.name, number)}
            active={active.row === index && active.column === at}
            writing={here}
            note={
              here && (row[column.name] ?? null) !== here.seen ? (
                <ChangedNote id={id} since={here.base} now={row[column.name] ?? null} />
              ) : null
            }
            onType={(draft) => {
              if (here) here.typed = draft
            }}
            onKeep={(value, leave) => here && onKeep(here, value, leave)}
            onDrop={onDrop}
          />
        )
      })}
    </tr>
  )
}
