import type { CellPosition } from '../grid/gridKeys'

/** How far a selection goes: its own cells, whole rows, whole columns, or all of both. */
export type Extent = 'cells' | 'rows' | 'columns' | 'all'
/** A rectangle between two cells: where it began, and the cell that moves, which has the focus. */
export type Selection = { anchor: CellPosition; head: CellPosition; extent: Extent }
/** Rows of the page and columns that are shown, each at least one where a cell can be selected. */
export type Bounds = { rows: number; columns: number }
/**
 * The cells that are selected: rows of the page and columns, both ends included. `everyRow`: those of all pages, too.
 */
export type CellRange = { top: number; bottom: number; left: number; right: number; everyRow: boolean }

const between = (one: number, other: number, length: number): [number, number] => {
  const inside = (at: number) => Math.max(0, Math.min(length - 1, at))
  return [inside(Math.min(one, other)), inside(Math.max(one, other))]
}

/** Pure: the cells of a selection. A page that has become shorter has fewer of them. */
export const rangeOf = ({ anchor, head, extent }: Selection, { rows, columns }: Bounds): CellRange => {
  const everyRow = extent === 'columns' || extent === 'all'
  const everyColumn = extent === 'rows' || extent === 'all'
  const [top, bottom] = everyRow ? [0, Math.max(0, rows - 1)] : between(anchor.row, head.row, rows)
  const [left, right] = everyColumn
    ? [0, Math.max(0, columns - 1)]
    : between(anchor.column, head.column, columns)
  return { top, bottom, left, right, everyRow }
}

export const isInRange = ({ top, bottom, left, right }: CellRange, { row, column }: CellPosition): boolean =>
  row >= top && row <= bottom && column >= left && column <= right

export const isOneCell = ({ top, bottom, left, right, everyRow }: CellRange): boolean =>
  !everyRow && top === bottom && left === right

/** Rows and columns of a range; `total`: rows of all pages, null while they are not counted. */
export const sizeOf = (range: CellRange, total: number | null): { rows: number | null; columns: number } => ({
  rows: range.everyRow ? total : range.bottom - range.top + 1,
  columns: range.right - range.left + 1,
})

/** Pure: the way in which a key selects more than the cell it is pressed in; null: it does not. */
export const extentOfKey = (event: {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  shiftKey: boolean
}): Extent | null => {
  const control = event.ctrlKey || event.metaKey
  if (event.key === ' ' && control) return event.shiftKey ? 'all' : 'columns'
  if (event.key === ' ' && event.shiftKey) return 'rows'
  return event.key.toLowerCase() === 'a' && control && !event.shiftKey ? 'all' : null
}
