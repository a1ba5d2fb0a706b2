import { useDebouncedCallback } from '@mantine/hooks'
import { useMemo, useState } from 'react'
import { type Widths, widthWithin } from '../datasetUrl'
import { useDatasetView } from '../useDatasetView'

/** How long an edge rests until its place stands in the address: browsers refuse many changes of it at once. */
const REST_MS = 250

/** Widths that somebody gave to columns, in pixels. They stand in the address. */
export const useWidths = () => {
  const { view, change } = useDatasetView()
  const [moving, setMoving] = useState<Widths>({})
  // The grid measures anew when these are other ones.
  const said = JSON.stringify({ ...view.widths, ...moving })
  const widths = useMemo<Widths>(() => JSON.parse(said), [said])
  const keep = useDebouncedCallback((wanted: Widths) => {
    setMoving({})
    change({ widths: wanted }, true)
  }, REST_MS)
  const setWidth = (column: string, width: number) => {
    const within = widthWithin(width)
    setMoving({ ...moving, [column]: within })
    keep({ ...widths, [column]: within })
  }
  return { widths, setWidth }
}
