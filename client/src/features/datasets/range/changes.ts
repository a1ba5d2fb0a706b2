import type { RowChanges } from '../../../api/cellEdits'
import type { Cell, Column, DataRow, Row } from '../../../api/types'
import { ownValue } from '../../../shared/ownValue'
import type { CellRange } from './selection'
import { blockOf } from './shownCells'
import type { Text } from './written'

/** Rows of one edit, as the server lets at most. */
export const CHANGED_ROWS_MAX = 10_000

/** A cell that becomes another; `number`: of its row, from 1. */
export type CellChange = { rid: number; number: number; column: string; before: Text; after: Text }
/**
 * What an edit does. `base`: the version in which its rows were seen; `added`: rows behind the last one; `beside`:
 * columns of what was pasted for which the table has none.
 */
export type PlannedEdit = { base: number; changes: CellChange[]; added: Row[]; beside: number }
/** Rows that an edit is about, with their numbers, and the version in which they were seen. */
export type SeenRows = { base: number; rows: DataRow[]; first: number }

/** Pure: a text as a cell of a column. Around all but texts spaces mean nothing, and an empty text is no value. */
export const cellFrom = (column: Column, text: Text): Cell => {
  if (text === null || column.type === 'text') return text
  const trimmed = text.trim()
  return trimmed === '' ? null : trimmed
}

const writtenIn = (row: DataRow, { name }: Column): Text => {
  const cell = ownValue(row, name)
  return cell === null || cell === undefined ? null : String(cell)
}

/** Pure: what becomes of rows when a block of texts stands in their columns; a line that is too short leaves the rest. */
export const changesFrom = ({ rows, first }: SeenRows, columns: Column[], block: Text[][]): CellChange[] =>
  rows.flatMap((row, i) =>
    columns.flatMap((column, j) => {
      const text = block[i]?.[j]
      if (text === undefined) return []
      const before = writtenIn(row, column)
      const after = cellFrom(column, text)
      return before === after
        ? []
        : [{ rid: row._rid, number: first + i, column: column.name, before, after: after as Text }]
    }),
  )

const rowFrom = (columns: Column[], line: Text[]): Row =>
  Object.fromEntries(
    columns.flatMap((column, j) =>
      j < line.length ? [[column.name, cellFrom(column, line[j] ?? null)]] : [],
    ),
  )

/** Pure: a block pasted at the first of `columns` and the first of the rows that were seen; what is behind is added. */
export const pastedEdit = (seen: SeenRows, columns: Column[], block: Text[][]): PlannedEdit => ({
  base: seen.base,
  changes: changesFrom(seen, columns, block),
  added: block.slice(seen.rows.length).map((line) => rowFrom(columns, line)),
  beside: Math.max(0, Math.max(...block.map((line) => line.length)) - columns.length),
})

/** Pure: one text in all cells. */
export const filledEdit = (seen: SeenRows, columns: Column[], text: Text): PlannedEdit => ({
  base: seen.base,
  changes: changesFrom(
    seen,
    columns,
    seen.rows.map(() => columns.map(() => text)),
  ),
  added: [],
  beside: 0,
})

/** Pure: the cells of the first row in all rows. */
export const filledDown = (seen: SeenRows, columns: Column[]): PlannedEdit => {
  const [line = []] = blockOf(seen.rows, columns, {
    top: 0,
    bottom: 0,
    left: 0,
    right: columns.length - 1,
  }).rows
  return {
    base: seen.base,
    changes: changesFrom(
      seen,
      columns,
      seen.rows.map(() => line),
    ),
    added: [],
    beside: 0,
  }
}

/** Pure: an edit as the server takes it; `withAdded`: the new rows, too. */
export const asRowChanges = ({ changes, added }: PlannedEdit, withAdded: boolean): RowChanges => {
  const rows = new Map<number, Row & { _rid: number }>()
  for (const { rid, column, after } of changes) {
    const row: Row & { _rid: number } = rows.get(rid) ?? { _rid: rid }
    row[column] = after
    rows.set(rid, row)
  }
  return { update: [...rows.values()], insert: withAdded ? added : [] }
}

/** Pure: a block that is one cell fills what is selected; any other begins at its first cell. */
export const fitsAll = (block: Text[][]): boolean => block.length === 1 && block[0]?.length === 1

/** Pure: columns that a block of so many goes into, from the first one that is selected. */
export const pasteColumns = (columns: Column[], { left }: CellRange, block: Text[][]): Column[] =>
  columns.slice(left, left + Math.max(...block.map((line) => line.length)))
