import { useVirtualizer } from '@tanstack/react-virtual'
import { type RefObject, useEffect } from 'react'
import type { Column } from '../../../api/types'
import type { CellPosition } from './gridKeys'
import { columnWidth, HEAD_HEIGHT, INDEX_WIDTH, ROW_HEIGHT } from './layout'

/** Which rows and columns are in view, and how to bring others there. Sizes in pixels. */
export const useGridLayout = (
  scroller: RefObject<HTMLDivElement | null>,
  rowCount: number,
  columns: Column[],
) => {
  const down = useVirtualizer({
    count: rowCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    scrollPaddingStart: HEAD_HEIGHT,
  })
  const across = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (columns[index] ? columnWidth(columns[index]) : 0),
    overscan: 3,
    scrollPaddingStart: INDEX_WIDTH,
    isRtl: document.dir === 'rtl',
  })
  // Another version may have other columns.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the widths follow from the columns
  useEffect(() => across.measure(), [across, columns])
  return {
    shownRows: down.getVirtualItems(),
    shownColumns: across.getVirtualItems(),
    height: down.getTotalSize(),
    width: INDEX_WIDTH + across.getTotalSize(),
    scrollToRow: down.scrollToIndex,
    reveal: ({ row, column }: CellPosition) => {
      down.scrollToIndex(row)
      across.scrollToIndex(column)
    },
  }
}
