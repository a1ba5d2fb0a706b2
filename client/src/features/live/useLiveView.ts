import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'
import { type LiveView, liveViewFrom, paramsOfLiveView } from './liveUrl'

/** The view as it stands in the address bar, and how to change it. */
export const useLiveView = () => {
  const [params, setParams] = useSearchParams()
  const view = useMemo(() => liveViewFrom(params), [params])
  const change = useCallback(
    (patch: Partial<LiveView>) => setParams((now) => paramsOfLiveView({ ...liveViewFrom(now), ...patch })),
    [setParams],
  )
  return { view, change }
}
