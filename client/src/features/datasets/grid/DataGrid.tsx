import { useEffect, useMemo, useRef } from 'react'
import type { RowsPage, RowsQuery } from '../../../api/datasetsApi'
import type { Column } from '../../../api/types'
import { useAppDispatch, useAppSelector } from '../../../app/hooks'
import { useText } from '../../../i18n/language'
import { selectRemovedRows } from '../removedRowsSlice'
import { removeRow } from '../removeRow'
import classes from './DataGrid.module.css'
import { GridHead } from './GridHead'
import { GridRow } from './GridRow'
import { useActiveCell } from './useActiveCell'
import { useCellEdits } from './useCellEdits'
import { useGridActions } from './useGridActions'
import { useGridLayout } from './useGridLayout'

type Props = {
  name: string
  columns: Column[]
  page: RowsPage
  view: RowsQuery
  total: number
  editable: boolean
  /** Index of the row on this page to bring into view. */
  marked: number | null
  refreshing: boolean
}

const useShownRows = (id: string, page: RowsPage) => {
  const removed = useAppSelector((state) => selectRemovedRows(state, id))
  return useMemo(
    () => (removed?.length ? page.rows.filter(({ _rid }) => !removed.includes(_rid)) : page.rows),
    [page.rows, removed],
  )
}

/** One page of rows. Only the cells in view exist, so a page may have a thousand rows or columns. */
export const DataGrid = ({ name, columns, page, view, total, editable, marked, refreshing }: Props) => {
  const words = useText().datasets.grid
  const dispatch = useAppDispatch()
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useShownRows(view.id, page)
  const { shownRows, shownColumns, height, width, scrollToRow, reveal } = useGridLayout(
    scroller,
    rows.length,
    columns,
  )
  const { active, noteFocus, moveTo } = useActiveCell(scroller, reveal)
  const { writing, ...edits } = useCellEdits(view, page)
  const acts = useGridActions({ rows, columns, editable, active, moveTo, ...edits })
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another mark moves anything
  useEffect(() => {
    if (marked === null) return
    moveTo({ row: marked, column: 0 })
    scrollToRow(marked, { align: 'center' })
  }, [marked])
  const first = (view.page - 1) * view.size + 1
  return (
    <div className={classes.scroller} ref={scroller} data-refreshing={refreshing || undefined}>
      <table
        role="grid"
        className={classes.grid}
        style={{ width }}
        aria-label={words.label(name)}
        aria-rowcount={total + 1}
        aria-colcount={columns.length + 1}
        aria-readonly={!editable}
      >
        <GridHead columns={columns} shown={shownColumns} width={width} />
        <tbody
          role="rowgroup"
          className={classes.body}
          style={{ height, width }}
          onFocus={(event) => noteFocus(event.target)}
          onKeyDown={acts.onKeyDown}
          onDoubleClick={acts.onDoubleClick}
        >
          {shownRows.map(({ index, start }) => {
            const row = rows[index]
            if (!row) return null
            const number = first + index
            const doomed = { id: view.id, rid: row._rid, base: page.bases?.[row._rid] ?? page.version }
            return (
              <GridRow
                key={row._rid}
                row={row}
                index={index}
                number={number}
                top={start}
                columns={columns}
                shown={shownColumns}
                active={active}
                writing={writing}
                marked={marked === index}
                onKeep={acts.onKeep}
                onDrop={acts.onDrop}
                onDelete={editable ? () => dispatch(removeRow(doomed, number)) : undefined}
              />
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
