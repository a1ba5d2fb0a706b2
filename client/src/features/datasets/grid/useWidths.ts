import { useLocalStorage } from '@mantine/hooks'
import { useCallback } from 'react'

export const WIDTH_MIN = 72
const WIDTH_MAX = 900

/** Widths that somebody gave to columns of a table, in pixels, as this browser remembers them. */
export type Widths = Record<string, number>

const isWidths = (value: unknown): value is Widths =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((width) => typeof width === 'number')

export const useWidths = (id: string) => {
  const [kept, setKept] = useLocalStorage<Widths>({
    key: `parquay-widths-${id}`,
    defaultValue: {},
    getInitialValueInEffect: false,
  })
  const setWidth = useCallback(
    (column: string, width: number) => {
      const within = Math.round(Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, width)))
      setKept((before) => ({ ...(isWidths(before) ? before : {}), [column]: within }))
    },
    [setKept],
  )
  return { widths: isWidths(kept) ? kept : {}, setWidth }
}
