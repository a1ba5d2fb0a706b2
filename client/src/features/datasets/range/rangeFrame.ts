import type { RowsPage } from '../../../api/datasetsApi'
import type { Column, DataRow } from '../../../api/types'
import type { CellRange } from './selection'

/** What commands about the selected cells know of the grid. */
export type RangeFrame = {
  id: string
  page: RowsPage | undefined
  /** Rows of the page and columns that are shown, in their order. */
  rows: DataRow[]
  columns: Column[]
  /** Columns of the table. */
  width: number
  /** Rows of all pages, null while they are not counted. */
  total: number | null
  range: CellRange
  editable: boolean
}
