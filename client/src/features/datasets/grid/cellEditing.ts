import type { RowsPage, RowsQuery } from '../../../api/datasetsApi'
import type { Cell, DataRow } from '../../../api/types'
import type { Draft } from '../../../shared/drafts'
import { ownValue } from '../../../shared/ownValue'
import { asTyped } from '../columnTypes'

/**
 * A cell in its editor: what it held when the editor opened (`seen`), in which version (`base`), and on which
 * page (`view`). `typed` is
 * what takes the position of that, null before the first key. It is written into by the editor itself, and
 * outlives it where the row goes out of sight.
 */
export type Writing = {
  rid: number
  column: string
  typed: string | null
  seen: Cell
  base: number
  view: RowsQuery
}

/** Two values for one cell: the one that somebody else saved meanwhile, and the one that was typed here. */
export type Conflict = { writing: Writing; mine: Cell; theirs: Cell; version: number }

/** A number that was typed is the text that is written. */
export const same = (one: Cell, other: Cell): boolean =>
  one === other || (one !== null && other !== null && String(one) === String(other))

/** Pure: what a change that came too late leads to: it is sent again where nobody touched that cell. */
export const afterRefusal = (
  writing: Writing,
  mine: Cell,
  { row, version }: { row: DataRow | null; version: number },
): { again: Writing } | { conflict: Conflict } | 'gone' | 'kept' => {
  if (row === null) return 'gone'
  const theirs = ownValue(row, writing.column) ?? null
  if (same(theirs, mine)) return 'kept'
  if (same(theirs, writing.seen)) return { again: { ...writing, base: version } }
  return { conflict: { writing, mine, theirs, version } }
}

/** Pure: what was written into cells and is not known to be saved. `sent`: what is on its way. */
export const unsavedCells = (
  writing: Writing | null,
  conflicts: Conflict[],
  sent: Iterable<Draft>,
): Draft[] => {
  const open = writing !== null && writing.typed !== null && writing.typed !== asTyped(writing.seen)
  return [
    ...(open ? [{ label: writing.column, column: writing.column, text: writing.typed ?? '' }] : []),
    ...conflicts.map(({ writing: { column }, mine }) => ({ label: column, column, text: asTyped(mine) })),
    ...sent,
  ]
}

/** The version in which a row of the page was seen: its own last change, or the page's. */
export const baseOf = (page: RowsPage, rid: number): number => page.bases?.[rid] ?? page.version
