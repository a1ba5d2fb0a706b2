import { useDatasetView } from '../useDatasetView'

/** Leaves the rows of a bar alone, beside the filters that hold already. */
export const usePickedBar = (): ((bar: { filters: string[] }) => void) => {
  const { view, change } = useDatasetView()
  return ({ filters }) => change({ filters: [...new Set([...view.filters, ...filters])] })
}
