import type { Column } from '../../../api/types'
import { kindOf } from '../columnTypes'

/** In pixels. */
export const ROW_HEIGHT = 33
export const HEAD_HEIGHT = 50
export const INDEX_WIDTH = 76

const WIDTHS: Partial<Record<ReturnType<typeof kindOf>, number>> = {
  integer: 116,
  number: 124,
  bool: 90,
  date: 124,
  time: 124,
  timestamp: 210,
}
const LETTER = 8.2
const TYPE_LETTER = 6.6
const HEAD_TOOLS = 102

/** Of the grid's width at most this share may stay in sight: the others have to move. */
const FROZEN_SHARE = 0.6

/** Pure: how many of the first columns can stay in sight. `widths` and `room` in pixels. */
export const frozenThatFit = (wanted: number, widths: number[], room: number): number => {
  let sum = INDEX_WIDTH
  let count = 0
  for (const width of widths.slice(0, wanted)) {
    sum += width
    if (sum > room * FROZEN_SHARE) break
    count += 1
  }
  return count
}

/** Wide enough for the name and the type with their buttons, and for what such a column usually holds. */
export const columnWidth = (column: Column): number => {
  const { name, type } = column
  const head = Math.max(name.length * LETTER, type.length * TYPE_LETTER)
  return Math.min(320, Math.max(WIDTHS[kindOf(column)] ?? 190, Math.round(head) + HEAD_TOOLS))
}
