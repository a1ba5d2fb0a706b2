import type { DataRow } from '../../api/types'
import { ownValue } from '../../shared/ownValue'
import type { CellPosition } from './grid/gridKeys'
import { holds } from './hits'

/** Pure: the cells of rows that show what is searched for, row by row. */
export const hitCells = (rows: DataRow[], columns: string[], wanted: string): CellPosition[] =>
  wanted === ''
    ? []
    : rows.flatMap((row, index) =>
        columns.flatMap((name, column) => {
          const cell = ownValue(row, name)
          return cell !== null && cell !== undefined && holds(String(cell), wanted)
            ? [{ row: index, column }]
            : []
        }),
      )

/** Pure: the number of the hit behind or before one (null: from the start or the end); null where the page ends. */
export const nextHit = (hits: CellPosition[], current: number | null, step: 1 | -1): number | null => {
  const next = current === null ? (step === 1 ? 0 : hits.length - 1) : current + step
  return next >= 0 && next < hits.length ? next : null
}
