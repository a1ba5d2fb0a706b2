import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'
import { changeView, type FilesView, paramsFromView, viewFromParams } from './filesUrl'

/** The table's view as it stands in the address bar, and how to change it. */
export const useFilesView = () => {
  const [params, setParams] = useSearchParams()
  const view = useMemo(() => viewFromParams(params), [params])
  const change = useCallback(
    (patch: Partial<FilesView>, replace = false) => {
      // The address itself, not the last render's: two changes may come before one is drawn.
      const now = viewFromParams(new URLSearchParams(window.location.search))
      setParams(paramsFromView(changeView(now, patch)), { replace })
    },
    [setParams],
  )
  return { view, change }
}
