import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'
import { changeDatasetView, type DatasetView, datasetViewFrom, paramsOfDatasetView } from './datasetUrl'

/** The view of the table as it stands in the address bar, and how to change it. */
export const useDatasetView = () => {
  const [params, setParams] = useSearchParams()
  const view = useMemo(() => datasetViewFrom(params), [params])
  const change = useCallback(
    (patch: Partial<DatasetView>, replace = false) => {
      // The address itself, not the last render's: two changes may come before one is drawn.
      const now = datasetViewFrom(new URLSearchParams(window.location.search))
      setParams(paramsOfDatasetView(changeDatasetView(now, patch)), { replace, preventScrollReset: true })
    },
    [setParams],
  )
  return { view, change }
}
