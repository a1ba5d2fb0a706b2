import { useDatasetView } from '../useDatasetView'
import type { Bar } from './chartData'

/** Leaves the rows of a bar alone, beside the filters that hold already. */
export const usePickedBar = (): ((bar: Bar) => void) => {
  const { view, change } = useDatasetView()
  return ({ filters }) => change({ filters: [...new Set([...view.filters, ...filters])] })
}
