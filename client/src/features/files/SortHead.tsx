import type { ReactNode } from 'react'
import type { SortField } from '../../api/filesApi'
import { directionOf, SortIcon } from '../../shared/SortIcon'
import { nextSort } from './filesUrl'
import classes from './SortHead.module.css'
import { useFilesView } from './useFilesView'

type Props = {
  field: SortField
  label: string /** Which cells of a row it stands above. */
  cell?: string
  edge?: ReactNode
}

export const SortHead = ({ field, label, cell, edge }: Props) => {
  const { view, change } = useFilesView()
  const direction = directionOf(view.sort, field)
  return (
    <th scope="col" data-cell={cell} aria-sort={direction}>
      {edge}
      <button
        type="button"
        className={classes.sort}
        data-active={direction !== 'none' || undefined}
        onClick={() => change({ sort: nextSort(view.sort, field) })}
      >
        {label}
        <SortIcon direction={direction} />
      </button>
    </th>
  )
}
