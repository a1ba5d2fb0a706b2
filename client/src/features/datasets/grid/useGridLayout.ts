import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { type RefObject, useEffect, useRef } from 'react'
import type { Column } from '../../../api/types'
import { ownValue } from '../../../shared/ownValue'
import type { Widths } from '../datasetUrl'
import type { CellPosition } from './gridKeys'
import { columnWidth, frozenThatFit, HEAD_HEIGHT, INDEX_WIDTH, ROW_HEIGHT } from './layout'

/** `widths`: those that somebody gave; the first `frozen` columns stay in sight, as far as there is room for them. */
type Wanted = { columns: Column[]; widths: Widths; frozen: number }

/** Which rows and columns are in view, and how to bring others there. Sizes in pixels. */
export const useGridLayout = (
  scroller: RefObject<HTMLDivElement | null>,
  rowCount: number,
  { columns, widths, frozen: wanted }: Wanted,
) => {
  const room = useRef(Number.POSITIVE_INFINITY)
  const widthOf = (index: number): number => {
    const column = columns[index]
    return column ? (ownValue(widths, column.name) ?? columnWidth(column)) : 0
  }
  const first = columns.slice(0, wanted).map((_, index) => widthOf(index))
  const frozen = frozenThatFit(wanted, first, room.current)
  const frozenWidth = first.slice(0, frozen).reduce((sum, width) => sum + width, 0)
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
    estimateSize: widthOf,
    // Those that stay in sight are drawn wherever the others are.
    rangeExtractor: (range) => [
      ...new Set([...Array.from({ length: frozen }, (_, index) => index), ...defaultRangeExtractor(range)]),
    ],
    overscan: 3,
    scrollPaddingStart: INDEX_WIDTH + frozenWidth,
    isRtl: document.dir === 'rtl',
  })
  room.current = across.scrollRect?.width || Number.POSITIVE_INFINITY
  // Another version may have other columns.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the sizes follow from columns and widths
  useEffect(() => across.measure(), [across, columns, widths])
  return {
    shownRows: down.getVirtualItems(),
    frozen,
    shownColumns: across.getVirtualItems(),
    height: down.getTotalSize(),
    width: INDEX_WIDTH + across.getTotalSize(),
    scrollToRow: down.scrollToIndex,
    reveal: ({ row, column }: CellPosition) => {
      down.scrollToIndex(row)
      if (column >= frozen) across.scrollToIndex(column)
    },
  }
}
