import { datasetCells, rowsAtOnce } from '../../../api/datasetCells'
import type { RowsPage } from '../../../api/datasetsApi'
import type { DataRow } from '../../../api/types'
import type { AppDispatch } from '../../../store/state'

/** `width`: columns of the table. */
type Wanted = { page: RowsPage; width: number; count: number }

/** Reads `count` rows in the order of a page: from the first one, or those behind the page. Fewer where the rows end. */
export const readRows =
  ({ page, width, count }: Wanted, from: 'first' | 'behind') =>
  async (dispatch: AppDispatch): Promise<DataRow[]> => {
    const found: DataRow[] = []
    let cursor = from === 'behind' ? page.next : null
    if (from === 'behind' && cursor === null) return found
    while (found.length < count) {
      const limit = Math.min(rowsAtOnce(width), count - found.length)
      const asked = { query: page.query, version: page.version, cursor, limit }
      const { rows, next } = await dispatch(
        datasetCells.endpoints.followingRows.initiate(asked, { subscribe: false, forceRefetch: true }),
      ).unwrap()
      found.push(...rows)
      if (next === null) break
      cursor = next
    }
    return found
  }
