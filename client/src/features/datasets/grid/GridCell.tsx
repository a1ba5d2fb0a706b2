import type { ReactNode } from 'react'
import type { Cell, Column } from '../../../api/types'
import { useLaterText } from '../../../i18n/later'
import { isNumeric } from '../columnTypes'
import { CellEditor, type Leave } from './CellEditor'
import classes from './DataGrid.module.css'

/** Characters of a cell that show when the pointer rests on it. */
const LONGEST_TITLE = 1000

const Value = ({ value }: { value: Cell | undefined }) => {
  const words = useLaterText().datasets.grid
  if (value === null || value === undefined) return <span className={classes.nothing}>{words.null}</span>
  if (value === '') return <span className={classes.nothing}>{words.empty}</span>
  return <bdi>{String(value)}</bdi>
}

type Props = {
  column: Column
  value: Cell | undefined
  start: number
  width: number
  index: number
  place: string
  label: string
  active: boolean
  /** What the editor starts with, null while the cell is not being written. */
  writing: { typed: string | null; seen: Cell } | null
  note: ReactNode
  onType: (draft: string) => void
  onKeep: (value: Cell, leave: Leave) => void
  onDrop: () => void
}

export const GridCell = ({
  column,
  value,
  start,
  width,
  index,
  place,
  label,
  active,
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
    data-place={place}
    data-numeric={isNumeric(column) || undefined}
    data-writing={writing !== null || undefined}
    title={writing ? undefined : String(value ?? '').slice(0, LONGEST_TITLE)}
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
