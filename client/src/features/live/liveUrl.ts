import type { SampleSort } from '../../api/liveSignals'

/** What the address bar says: a signal, the window of its plot in minutes, and the page of what is stored. */
export type LiveView = { signal: string; minutes: number; page: number; sort: SampleSort }

export const WINDOWS = [1, 5, 15] as const
const FIRST_SIGNAL = 'random'
const SORTS: readonly SampleSort[] = ['-timestamp', 'timestamp', '-value', 'value']

/** Reads search parameters; anything unknown falls back to the default. */
export const liveViewFrom = (params: URLSearchParams): LiveView => {
  const minutes = Number(params.get('window'))
  const page = Number(params.get('page'))
  return {
    signal: params.get('signal') || FIRST_SIGNAL,
    minutes: WINDOWS.find((known) => known === minutes) ?? 5,
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
    sort: SORTS.find((known) => known === params.get('sort')) ?? '-timestamp',
  }
}

/** Writes only what differs from the default. */
export const paramsOfLiveView = ({ signal, minutes, page, sort }: LiveView): URLSearchParams => {
  const params = new URLSearchParams()
  if (signal !== FIRST_SIGNAL) params.set('signal', signal)
  if (minutes !== 5) params.set('window', String(minutes))
  if (page > 1) params.set('page', String(page))
  if (sort !== '-timestamp') params.set('sort', sort)
  return params
}

/** The sort after a click on a head: the largest first, and the other way round. */
export const nextSampleSort = (sort: SampleSort, by: 'timestamp' | 'value'): SampleSort =>
  sort === `-${by}` ? by : `-${by}`
