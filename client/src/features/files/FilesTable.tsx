import { Skeleton } from '@mantine/core'
import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react'
import type { SortField } from '../../api/filesApi'
import type { FileEntry } from '../../api/types'
import { FileRow } from './FileRow'
import classes from './FilesTable.module.css'
import { nextSort } from './filesUrl'
import { useFilesView } from './useFilesView'

const SKELETON_ROWS = ['a', 'b', 'c', 'd', 'e', 'f']

const SortHead = ({ field, label, className }: { field: SortField; label: string; className?: string }) => {
  const { view, change } = useFilesView()
  const active = view.sort.replace(/^-/, '') === field
  const descending = view.sort.startsWith('-')
  const Icon = active ? (descending ? ArrowDown : ArrowUp) : ChevronsUpDown
  return (
    <th
      scope="col"
      className={className}
      aria-sort={active ? (descending ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        className={classes.sort}
        data-active={active || undefined}
        onClick={() => change({ sort: nextSort(view.sort, field) })}
      >
        {label}
        <Icon size={13} aria-hidden />
      </button>
    </th>
  )
}

const SkeletonRows = () =>
  SKELETON_ROWS.map((key) => (
    <tr key={key} className={classes.row}>
      <td colSpan={6}>
        <Skeleton height={16} my={9} />
      </td>
    </tr>
  ))

type Props = { entries: FileEntry[]; total: number; loading: boolean; refreshing: boolean }

export const FilesTable = ({ entries, total, loading, refreshing }: Props) => (
  <div className={classes.frame} data-refreshing={refreshing || undefined}>
    <table className={classes.table} aria-label="Files" aria-rowcount={total + 1} aria-busy={loading}>
      <thead>
        <tr>
          <SortHead field="name" label="Name" />
          <SortHead field="status" label="Status" className={classes.statusCell} />
          <SortHead field="row_count" label="Rows" className={classes.number} />
          <SortHead field="size" label="Size" className={classes.number} />
          <SortHead field="uploaded_at" label="Uploaded" className={classes.time} />
          <th scope="col" className={classes.menuCell}>
            <span className="sr-only">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {loading ? <SkeletonRows /> : entries.map((entry) => <FileRow key={entry.id} entry={entry} />)}
      </tbody>
    </table>
  </div>
)
