import type { Column } from '../../../api/types'
import type { NewView } from '../../../api/viewsApi'
import { columnsInView, viewOfColumns } from '../columnsView'
import { type DatasetView, datasetViewFrom, paramsOfDatasetView } from '../datasetUrl'

type Kept = Pick<NewView, 'filter' | 'sort' | 'columns' | 'q' | 'page'>

const namesOf = (columns: Column[]): string[] => columns.map(({ name }) => name)
const same = (one: string[], other: string[]): boolean =>
  one.length === other.length && one.every((each, index) => each === other[index])

/** What of the address requests know by themselves, or is of the moment: a view has no place for it in `page`. */
const ELSEWHERE: Partial<DatasetView> = {
  page: 1,
  at: null,
  sort: '',
  filters: [],
  q: '',
  hidden: [],
  order: [],
}

/** Pure: what a view keeps of what is shown now. All columns in the order of the table are none in particular. */
export const keptOf = (view: DatasetView, columns: Column[]): Kept => {
  const shown = namesOf(columnsInView(columns, view))
  return {
    filter: view.filters,
    sort: view.sort === '' ? [] : [view.sort],
    columns: same(shown, namesOf(columns)) ? null : shown,
    q: view.q,
    page: paramsOfDatasetView({ ...view, ...ELSEWHERE }).toString(),
  }
}

/** Pure: how the page shows a view, with nothing left of what it showed before. */
export const changeTo = ({ filter, sort, columns, q, page }: Kept, known: Column[]): DatasetView => ({
  ...datasetViewFrom(new URLSearchParams(page)),
  q,
  filters: filter,
  sort: sort.join(','),
  ...viewOfColumns(known, columns),
})

/** Pure: whether what is shown is this view; the order of filters does not matter, nor, to one that says nothing, the page. */
export const isShown = (kept: Kept, view: DatasetView, columns: Column[]): boolean => {
  const now = keptOf(view, columns)
  return (
    same(kept.filter.toSorted(), now.filter.toSorted()) &&
    kept.q === now.q &&
    (kept.page === '' || kept.page === now.page) &&
    kept.sort.join(',') === now.sort.join(',') &&
    same(kept.columns ?? namesOf(columns), now.columns ?? namesOf(columns))
  )
}
