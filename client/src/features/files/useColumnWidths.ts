import { useLocalStorage } from '@mantine/hooks'
import { useCallback } from 'react'

/** Columns that can be made wider or narrower, with their first widths in pixels; the name takes the rest. */
export const FIRST_WIDTHS = { status: 220, rows: 104, size: 104, uploaded: 150 } as const
export type SizedColumn = keyof typeof FIRST_WIDTHS
export type Widths = Record<SizedColumn, number>

export const WIDTH_MIN = 84
export const WIDTH_MAX = 420
const within = (width: number) => Math.round(Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, width)))

const isWidths = (value: unknown): value is Partial<Widths> => typeof value === 'object' && value !== null

/** Widths as this browser remembers them. */
export const useColumnWidths = () => {
  const [kept, setKept] = useLocalStorage<Partial<Widths>>({
    key: 'parquay-file-widths',
    defaultValue: {},
    getInitialValueInEffect: false,
  })
  const widths: Widths = { ...FIRST_WIDTHS, ...(isWidths(kept) ? kept : {}) }
  const setWidth = useCallback(
    (column: SizedColumn, width: number) => setKept((before) => ({ ...before, [column]: within(width) })),
    [setKept],
  )
  return { widths, setWidth }
}
