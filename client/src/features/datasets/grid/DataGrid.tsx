import type { VirtualItem } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useMemo, useRef } from 'react'
import type { RowsPage } from '../../../api/datasetsApi'
import type { Column, DataRow } from '../../../api/types'
import { useLaterText } from '../../../i18n/later'
import { useAppDispatch, useAppSelector } from '../../../store/hooks'
import { SelectionBar } from '../range/SelectionBar'
import { isOneCell } from '../range/selection'
import { useCellCommands } from '../range/useCellCommands'
import { selectRemovedRows } from '../removedRowsSlice'
import { removeRow } from '../removeRow'
import { useDatasetView } from '../useDatasetView'
import { ConflictDialog } from './ConflictDialog'
import { baseOf } from './cellEditing'
import classes from './DataGrid.module.css'
import { GridHead } from './GridHead'
import { GridRow, type RowFrame } from './GridRow'
import type { CellPosition } from './gridKeys'
import { useActiveCell } from './useActiveCell'
import { useCellEdits } from './useCellEdits'
import { useGridActions } from './useGridActions'
import { useGridLayout } from './useGridLayout'
import { useSelection } from './useSelection'
import { useWidths } from './useWidths'

type Props = {
  id: string
  name: string
  /** All columns of the table, and those that are shown, in their order. */
  known: Column[]
  columns: Column[]
  /** Undefined where there are no rows to show; `notice` says why. */
  page: RowsPage | undefined
  notice: ReactNode
  /** Rows of all pages, null while they are not counted. */
  total: number | null
  editable: boolean
  /** Index of the row on this page to bring into view. */
  marked: number | null
  /** Other rows than these were asked for, and are not here yet. */
  stale: boolean
  /** The cell that the search stands at. */
  hit: CellPosition | null
}

const NO_ROWS: DataRow[] = []

export const useShownRows = (id: string, page: RowsPage | undefined): DataRow[] => {
  const removed = useAppSelector((state) => selectRemovedRows(state, id))
  const rows = page?.rows ?? NO_ROWS
  return useMemo(
    () => (removed?.length ? rows.filter(({ _rid }) => !removed.includes(_rid)) : rows),
    [rows, removed],
  )
}

/** Brings the marked row into view as soon as it is there; null while it is not. */
const useMark = (marked: number | null, show: (row: number) => void): void => {
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another mark moves anything
  useEffect(() => {
    if (marked !== null) show(marked)
  }, [marked])
}

/** Brings the cell that the search stands at into view; the focus stays where it is. */
const useHit = (hit: CellPosition | null, reveal: (cell: CellPosition) => void): void => {
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another cell moves anything
  useEffect(() => {
    if (hit !== null) reveal(hit)
  }, [hit])
}

type RowsProps = RowFrame & {
  page: RowsPage | undefined
  rows: DataRow[]
  inView: VirtualItem[]
  marked: number | null
  editable: boolean
}

const Rows = ({ page, rows, inView, marked, editable, ...frame }: RowsProps) => {
  const dispatch = useAppDispatch()
  if (!page) return null
  return inView.map(({ index, start }) => {
    const row = rows[index]
    if (!row) return null
    // The rows' own numbers, also while those of another page are under way.
    const number = page.first + index
    const toDelete = { id: frame.id, rid: row._rid, base: baseOf(page, row._rid) }
    return (
      <GridRow
        key={row._rid}
        row={row}
        index={index}
        number={number}
        top={start}
        marked={marked === index}
        onDelete={editable ? () => dispatch(removeRow(toDelete, number)) : undefined}
        {...frame}
      />
    )
  })
}

/** One page of rows. Only the cells in view exist, so a page may have a thousand rows or columns. */
export const DataGrid = ({
  id,
  name,
  known,
  columns,
  page,
  notice,
  total,
  editable,
  marked,
  stale,
  hit,
}: Props) => {
  const words = useLaterText().datasets.grid
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useShownRows(id, page)
  const { widths, setWidth } = useWidths()
  const wanted = useDatasetView().view.frozen
  const { shownRows, shownColumns, frozen, height, width, scrollToRow, reveal } = useGridLayout(
    scroller,
    rows.length,
    { columns, widths, frozen: wanted },
  )
  const { active, noteFocus, moveTo } = useActiveCell(scroller, reveal)
  const { writing, conflict, keepMine, keepTheirs, ...edits } = useCellEdits(id, known, page)
  const bounds = { rows: rows.length, columns: columns.length }
  const selection = useSelection(active, bounds, moveTo, JSON.stringify(page?.query))
  const { range } = selection
  const frame = { id, page, rows, columns, width: known.length, total, range, editable }
  const commands = useCellCommands(frame)
  const acts = useGridActions({
    rows,
    columns,
    editable,
    active,
    moveTo,
    ...selection,
    ...commands,
    ...edits,
  })
  useMark(page === undefined || stale ? null : marked, (row) => {
    selection.collapse()
    moveTo({ row, column: 0 })
    scrollToRow(row, { align: 'center' })
  })
  useHit(hit, reveal)
  const disputed = conflict && known.find((column) => column.name === conflict.writing.column)
  return (
    <>
      <div className={classes.scroller} ref={scroller} data-stale={stale || undefined}>
        <table
          role="grid"
          className={classes.grid}
          style={{ width }}
          aria-label={words.label(name)}
          aria-rowcount={total === null ? -1 : total + 1}
          aria-colcount={columns.length + 1}
          aria-readonly={!editable}
          aria-multiselectable
          aria-busy={stale || undefined}
        >
          <GridHead
            columns={columns}
            shown={shownColumns}
            width={width}
            id={id}
            known={known}
            shownCount={columns.length}
            frozen={frozen}
            mayChange={editable}
            onWidth={setWidth}
            onSelect={selection.selectColumn}
            onSelectAll={selection.selectAll}
          />
          <tbody
            role="rowgroup"
            className={classes.body}
            style={{ height, width }}
            onFocus={(event) => noteFocus(event.target) && selection.collapse()}
            onMouseDown={selection.onMouseDown}
            onMouseMove={selection.onMouseMove}
            onKeyDown={acts.onKeyDown}
            onDoubleClick={acts.onDoubleClick}
            onCopy={acts.onCopy}
            onPaste={commands.onPaste}
          >
            <Rows
              page={page}
              rows={rows}
              inView={shownRows}
              marked={stale ? null : marked}
              editable={editable}
              id={id}
              columns={columns}
              shown={shownColumns}
              frozen={frozen}
              active={active}
              range={isOneCell(range) ? null : range}
              writing={writing}
              onKeep={acts.onKeep}
              onDrop={acts.onDrop}
              hit={hit}
            />
          </tbody>
        </table>
        {notice && <div className={classes.notice}>{notice}</div>}
        {conflict && disputed && (
          <ConflictDialog
            id={id}
            column={disputed}
            conflict={conflict}
            onMine={keepMine}
            onTheirs={keepTheirs}
          />
        )}
      </div>
      {rows.length > 0 && <SelectionBar frame={frame} commands={commands} />}
    </>
  )
}
