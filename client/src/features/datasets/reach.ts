import { type Gap, gapOf, isIn, type RowsPage, type RowsQuery } from '../../api/datasetsApi'

type View = Pick<RowsQuery, 'size' | 'sort' | 'filters' | 'q' | 'page'>
/** `total` null: the rows are not counted yet; `page` undefined: there are no rows to show. */
type Shown = { total: number | null; page: RowsPage | undefined }

/** Pure: where one can go from a page. Far from both ends of a sorted table a page is had by the one before it alone. */
export const reachOf = (view: View, { total, page }: Shown) => {
  const rows = total ?? Number.POSITIVE_INFINITY
  const last = Math.max(1, Math.ceil(rows / view.size))
  const gap = gapOf(view, rows)
  return {
    last,
    gap,
    // Behind a page of very long texts there are more pages than numbers: the cursor says whether there is one.
    hasNext: page?.query.page === view.page && page.next !== null,
    /** Whether the page before has a number; else it must be within reach. */
    isBackNumbered: !isIn(gap, view.page - 1),
    atEnd: view.page >= last,
  }
}

/** Pure: the page that is shown to who asks for a number: that one, or the nearest that can be had. */
export const nearestPage = (wanted: number, { last, gap }: { last: number; gap: Gap | null }): number => {
  const page = Math.min(last, Math.max(1, wanted))
  if (!gap || !isIn(gap, page)) return page
  return page - gap.from < gap.to - page ? gap.from - 1 : gap.to + 1
}
