import { ActionIcon } from '@mantine/core'
import { ListFilter } from 'lucide-react'
import type { Column } from '../../../api/types'
import { useLaterText } from '../../../i18n/later'
import { Name } from '../../../shared/Name'
import { directionOf, SortIcon } from '../../../shared/SortIcon'
import { isNumeric } from '../columnTypes'
import { nextColumnSort } from '../datasetUrl'
import { FilterForm } from '../FilterForm'
import { useDatasetView } from '../useDatasetView'
import classes from './HeadCell.module.css'
import { HeadEdge } from './HeadEdge'
import { type HeadFrame, HeadMenu } from './HeadMenu'

type Props = HeadFrame & { column: Column; start: number; width: number; index: number }

/**
 * A column's name and type; sorts on a click, filters by its funnel, and has a menu for all else. Tab stops at the name,
 * arrows reach the others.
 */
export const HeadCell = ({ column, start, width, index, ...frame }: Props) => {
  const words = useLaterText().datasets
  const { view, change } = useDatasetView()
  const direction = directionOf(view.sort, column.name)
  const filtered = view.filters.some((filter) => filter.startsWith(`${column.name}:`))
  return (
    <th
      scope="col"
      role="columnheader"
      className={classes.headCell}
      style={{ insetInlineStart: start, width }}
      aria-colindex={index + 2}
      aria-sort={direction}
      data-numeric={isNumeric(column) || undefined}
      data-frozen={index < frame.frozen || undefined}
    >
      <button
        type="button"
        className={classes.sort}
        data-active={direction !== 'none' || undefined}
        title={column.name}
        data-head
        aria-keyshortcuts="ArrowRight ArrowLeft"
        onClick={() => change({ sort: nextColumnSort(view.sort, column.name) })}
      >
        <span className={classes.names}>
          <span className={classes.columnName}>
            <Name>{column.name}</Name>
          </span>
          <span className={classes.type}>{column.type}</span>
        </span>
        <SortIcon direction={direction} />
      </button>
      <FilterForm column={column}>
        <ActionIcon
          variant={filtered ? 'light' : 'subtle'}
          color={filtered ? undefined : 'gray'}
          size={26}
          data-head
          tabIndex={-1}
          aria-label={words.grid.filter(column.name)}
        >
          <ListFilter size={14} aria-hidden />
        </ActionIcon>
      </FilterForm>
      <HeadMenu column={column} index={index} width={width} {...frame} />
      <HeadEdge width={width} onWidth={(wanted) => frame.onWidth(column.name, wanted)} />
    </th>
  )
}
