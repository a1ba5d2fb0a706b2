import { Skeleton } from '@mantine/core'
import type { SortField } from '../../api/filesApi'
import type { FileEntry } from '../../api/types'
import { useText } from '../../i18n/language'
import { ColumnEdge } from './ColumnEdge'
import { FileRow } from './FileRow'
import classes from './FilesTable.module.css'
import { PickBox } from './PickBox'
import { SortHead } from './SortHead'
import { type SizedColumn, useColumnWidths } from './useColumnWidths'
import { useDensity } from './useDensity'
import { useRowKeys } from './useRowKeys'
import type { FilesSelection } from './useSelection'

const SKELETON_ROWS = ['a', 'b', 'c', 'd', 'e', 'f']
const COLUMNS = 7

const SkeletonRows = () =>
  SKELETON_ROWS.map((key) => (
    <tr key={key}>
      <td colSpan={COLUMNS}>
        <Skeleton height={16} my={9} />
      </td>
    </tr>
  ))

const SIZED: { column: SizedColumn; field: SortField; cell: string }[] = [
  { column: 'status', field: 'status', cell: 'status' },
  { column: 'rows', field: 'row_count', cell: 'number' },
  { column: 'size', field: 'size', cell: 'number' },
  { column: 'uploaded', field: 'uploaded_at', cell: 'time' },
]

type HeadProps = Pick<Props, 'entries' | 'selection'> & {
  widths: Record<SizedColumn, number>
  onWidth: (column: SizedColumn, width: number) => void
}

const Head = ({ entries, selection, widths, onWidth }: HeadProps) => {
  const words = useText().files
  const picked = selection.ids.size
  return (
    <thead>
      <tr>
        <th scope="col" data-cell="pick">
          <PickBox
            label={words.selection.all}
            checked={entries.length > 0 && picked === entries.length}
            partly={picked > 0 && picked < entries.length}
            onPick={selection.toggleAll}
          />
        </th>
        <SortHead field="name" label={words.columns.name} />
        {SIZED.map(({ column, field, cell }) => (
          <SortHead
            key={column}
            field={field}
            label={words.columns[column]}
            cell={cell}
            edge={
              <ColumnEdge
                label={words.columns[column]}
                width={widths[column]}
                onWidth={(width) => onWidth(column, width)}
              />
            }
          />
        ))}
        <th scope="col" data-cell="menu">
          <span className="sr-only">{words.columns.actions}</span>
        </th>
      </tr>
    </thead>
  )
}

type Props = {
  entries: FileEntry[]
  total: number
  loading: boolean
  refreshing: boolean
  selection: FilesSelection
}

export const FilesTable = ({ entries, total, loading, refreshing, selection }: Props) => {
  const words = useText().files
  const { widths, setWidth } = useColumnWidths()
  const { density } = useDensity()
  const keys = useRowKeys(entries, selection)
  const sized = Object.fromEntries(
    Object.entries(widths).map(([name, width]) => [`--w-${name}`, `${width}px`]),
  )
  return (
    <div className={classes.frame} data-refreshing={refreshing || undefined} data-density={density}>
      <table
        className={classes.table}
        style={sized}
        aria-label={words.table}
        aria-rowcount={total + 1}
        aria-busy={loading}
        onKeyDown={keys.onKeyDown}
      >
        <Head entries={entries} selection={selection} widths={widths} onWidth={setWidth} />
        <tbody ref={keys.body}>
          {loading ? (
            <SkeletonRows />
          ) : (
            entries.map((entry, index) => (
              <FileRow
                key={entry.id}
                entry={entry}
                active={keys.active === index}
                picked={selection.ids.has(entry.id)}
                onPick={(range) => selection.toggle(entry.id, range)}
                onFocus={() => keys.setActive(index)}
              />
            ))
          )}
        </tbody>
      </table>
    </div>
  )
}
