import { datasetsApi, type RowsPage } from '../../../api/datasetsApi'
import type { AppDispatch } from '../../../store/state'
import { CHANGED_ROWS_MAX, type SeenRows } from './changes'
import type { RangeFrame } from './rangeFrame'
import { readRows } from './readRows'

/** The rows are others by now than those that were selected. */
export class RowsMoved extends Error {}
/** More rows than one edit can change. */
export class TooManyRows extends Error {}

/** The page as it is now where own edits have changed some of its rows since it was read: an edit has one version. */
const pageNow =
  (page: RowsPage) =>
  (dispatch: AppDispatch): Promise<RowsPage> =>
    Object.keys(page.bases ?? {}).length === 0
      ? Promise.resolve(page)
      : dispatch(
          datasetsApi.endpoints.getRows.initiate(page.query, { subscribe: false, forceRefetch: true }),
        ).unwrap()

/** The rows of the page from `top` on that are still there in its newest state. */
const rowsOn = (page: RowsPage, { rows }: RangeFrame, top: number, count: number) => {
  const wanted = rows.slice(top, top + count)
  const byId = new Map(page.rows.map((row) => [row._rid, row]))
  return wanted.map(({ _rid }) => {
    const row = byId.get(_rid)
    if (!row) throw new RowsMoved()
    return row
  })
}

/**
 * Reads the rows that an edit is about, with the version that they are of: `count` rows from the first selected one
 * on, those of following pages too; fewer where the rows end. Of whole columns: all.
 */
export const rowsToEdit =
  (frame: RangeFrame, count: number) =>
  async (dispatch: AppDispatch): Promise<SeenRows> => {
    const { range, total } = frame
    if (
      count > CHANGED_ROWS_MAX ||
      (range.everyRow && (total ?? Number.POSITIVE_INFINITY) > CHANGED_ROWS_MAX)
    )
      throw new TooManyRows()
    if (!frame.page) throw new RowsMoved()
    const page = await dispatch(pageNow(frame.page))
    if (range.everyRow) {
      const rows = await dispatch(readRows({ page, width: frame.width, count: CHANGED_ROWS_MAX }, 'first'))
      return { base: page.version, rows, first: 1 }
    }
    const here = rowsOn(page, frame, range.top, count)
    const first = page.first + range.top
    if (here.length >= count) return { base: page.version, rows: here, first }
    const more = await dispatch(readRows({ page, width: frame.width, count: count - here.length }, 'behind'))
    return { base: page.version, rows: [...here, ...more], first }
  }

/** Rows that are selected. */
export const rowCount = ({ range, total }: RangeFrame): number =>
  range.everyRow ? (total ?? Number.POSITIVE_INFINITY) : range.bottom - range.top + 1
