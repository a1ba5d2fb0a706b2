import type { Column } from '../../../api/types'
import type { NewView } from '../../../api/viewsApi'
import { columnsInView, viewOfColumns } from '../columnsView'
import type { DatasetView } from '../datasetUrl'

type Kept = Pick<NewView, 'filter' | 'sort' | 'columns'>

const namesOf = (columns: Column[]): string[] => columns.map(({ name }) => name)
const same = (one: string[], other: string[]): boolean =>
  one.length === other.length && one.every((each, index) => each === other[index])

/** Pure: what a view keeps of what is shown now. All columns in the order of the table are none in particular. */
export const keptOf = (view: DatasetView, columns: Column[]): Kept => {
  const shown = namesOf(columnsInView(columns, view))
  return {
    filter: view.filters,
    sort: view.sort === '' ? [] : [view.sort],
    columns: same(shown, namesOf(columns)) ? null : shown,
  }
}

/** Pure: how the page shows a view. */
export const changeTo = ({ filter, sort, columns }: Kept, known: Column[]): Partial<DatasetView> => ({
  filters: filter,
  sort: sort.join(','),
  ...viewOfColumns(known, columns),
})

/** Pure: whether what is shown is this view; the order of filters does not matter. */
export const isShown = (kept: Kept, view: DatasetView, columns: Column[]): boolean => {
  const now = keptOf(view, columns)
  return (
    same(kept.filter.toSorted(), now.filter.toSorted()) &&
    kept.sort.join(',') === now.sort.join(',') &&
    same(kept.columns ?? namesOf(columns), now.columns ?? namesOf(columns))
  )
}
