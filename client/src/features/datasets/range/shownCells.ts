import type { Column, DataRow } from '../../../api/types'
import { ownValue } from '../../../shared/ownValue'
import type { CellRange } from './selection'
import type { Block, Text } from './written'

const textOf = (row: DataRow, column: Column): Text => {
  const cell = ownValue(row, column.name)
  return cell === null || cell === undefined ? null : String(cell)
}

/** Pure: what is written in cells of some rows; `columns`: those that are shown, in their order. */
export const blockOf = (
  rows: DataRow[],
  columns: Column[],
  { top, bottom, left, right }: Pick<CellRange, 'top' | 'bottom' | 'left' | 'right'>,
): Block => {
  const wanted = columns.slice(left, right + 1)
  return {
    columns: wanted.map(({ name }) => name),
    rows: rows.slice(top, bottom + 1).map((row) => wanted.map((column) => textOf(row, column))),
  }
}
