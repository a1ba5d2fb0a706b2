import { deepestPage, type RowsPage, type RowsQuery } from '../../api/datasetsApi'

type View = Pick<RowsQuery, 'size' | 'sort' | 'filters' | 'page'>
/** `total` null: the rows are not counted yet; `page` undefined: there are no rows to show. */
type Shown = { total: number | null; page: RowsPage | undefined }

/** Pure: where one can go from a page. Deep in a sorted table a page is had by the one before it alone. */
export const reachOf = (view: View, { total, page }: Shown) => {
  const rows = total ?? Number.POSITIVE_INFINITY
  const last = Math.max(1, Math.ceil(rows / view.size))
  const deepest = deepestPage(view, rows)
  const here = page?.query.page === view.page ? page : undefined
  const goesOn = Boolean(here?.next) || (here?.next === '' && view.page < deepest)
  return {
    deepest,
    // Behind a page of very long texts there are more pages than numbers: a cursor leads on, whatever they say.
    hasNext: Boolean(here?.next) || (goesOn && view.page < last),
    lastByNumber: deepest === last,
    atEnd: view.page >= last,
  }
}
