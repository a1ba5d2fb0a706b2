/** A position in the grid: index of the row on this page, index of the column. */
export type CellPosition = { row: number; column: number }

/** Pure: where a key leads from a cell, or null when it leads nowhere. */
export const positionAfter = (
  key: string,
  { row, column }: CellPosition,
  { rows, columns, page }: { rows: number; columns: number; page: number },
  control: boolean,
): CellPosition | null => {
  const inside = (position: CellPosition): CellPosition => ({
    row: Math.min(rows - 1, Math.max(0, position.row)),
    column: Math.min(columns - 1, Math.max(0, position.column)),
  })
  switch (key) {
    case 'ArrowUp':
      return inside({ row: row - 1, column })
    case 'ArrowDown':
      return inside({ row: row + 1, column })
    case 'ArrowLeft':
      return inside({ row, column: column - 1 })
    case 'ArrowRight':
      return inside({ row, column: column + 1 })
    case 'PageUp':
      return inside({ row: row - page, column })
    case 'PageDown':
      return inside({ row: row + page, column })
    case 'Home':
      return inside({ row: control ? 0 : row, column: 0 })
    case 'End':
      return inside({ row: control ? rows - 1 : row, column: columns - 1 })
    default:
      return null
  }
}

/** Whether a key begins to write into the cell. */
export const startsTyping = (event: {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
}): boolean =>
  event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey
