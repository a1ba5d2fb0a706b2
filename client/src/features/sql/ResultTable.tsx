import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import type { Result, ResultCell } from '../../api/sqlApi'
import { drawable } from '../../i18n/isolate'
import { useLaterText } from '../../i18n/later'
import { NoValue } from '../../shared/NoValue'
import { ownValue } from '../../shared/ownValue'
import classes from './ResultTable.module.css'
import { cellText, isNumberColumn } from './resultChart'

const ROW_HEIGHT = 30
/** Characters of a cell that are drawn; the whole text is in its title. */
const CHARS_MAX = 300
const HEIGHT_MAX = 520

const CellContent = ({ cell }: { cell: ResultCell }) => {
  const words = useLaterText().sql
  if (cell === null || cell === undefined) return <NoValue>{words.null}</NoValue>
  const text = cellText(cell)
  return text.length > CHARS_MAX ? (
    <span title={text}>{drawable(text.slice(0, CHARS_MAX))}…</span>
  ) : (
    drawable(text)
  )
}

/** The rows of a result; only those in sight are there, so that a thousand of them cost no more than a few. */
export const ResultTable = ({ result: { columns, rows } }: { result: Result }) => {
  const words = useLaterText().sql
  const box = useRef<HTMLElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  })
  const shown = virtual.getVirtualItems()
  const before = shown[0]?.start ?? 0
  const behind = virtual.getTotalSize() - (shown.at(-1)?.end ?? 0)
  return (
    <section
      ref={box}
      className={classes.box}
      style={{ maxHeight: HEIGHT_MAX }}
      tabIndex={0}
      aria-label={words.resultTable}
    >
      <table className={classes.table} aria-rowcount={rows.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <th key={column.name} scope="col" data-numeric={isNumberColumn(column) || undefined}>
                {drawable(column.name)} <span className={classes.type}>{column.type}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <tr aria-hidden style={{ height: before }} />}
          {shown.map(({ index }) => (
            <tr key={index} aria-rowindex={index + 2} style={{ height: ROW_HEIGHT }}>
              {columns.map((column) => (
                <td key={column.name} data-numeric={isNumberColumn(column) || undefined}>
                  <CellContent cell={ownValue(rows[index], column.name)} />
                </td>
              ))}
            </tr>
          ))}
          {behind > 0 && <tr aria-hidden style={{ height: behind }} />}
        </tbody>
      </table>
    </section>
  )
}
