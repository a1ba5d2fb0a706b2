import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react'
import type { ReactNode } from 'react'
import type { SortField } from '../../api/filesApi'
import classes from './FilesTable.module.css'
import { nextSort } from './filesUrl'
import { useFilesView } from './useFilesView'

type Props = { field: SortField; label: string; className?: string; edge?: ReactNode }

export const SortHead = ({ field, label, className, edge }: Props) => {
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
      {edge}
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
