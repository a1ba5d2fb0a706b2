import { useEffect, useReducer } from 'react'
import { type Place, processingPainted, selectLive, shownStatus } from '../api/live'
import type { FileStatus } from '../api/types'
import { useAppDispatch, useAppSelector } from '../app/hooks'

/**
 * The status to show for a file, null while nothing is known. Given a place of the page, Processing is
 * held there long enough to be seen.
 */
export const useShownStatus = (fileId: string | null, place?: Place): FileStatus | null => {
  const dispatch = useAppDispatch()
  const live = useAppSelector((state) => selectLive(state, fileId))
  const [, lookAgain] = useReducer((count: number) => count + 1, 0)
  const shown = live ? shownStatus(live, Date.now(), place) : null
  const waitMs = shown?.waitMs ?? null
  const drawn = shown?.status === 'processing' && place !== undefined && live?.painted[place] === undefined

  useEffect(() => {
    if (drawn && fileId && place) dispatch(processingPainted(fileId, place))
  }, [dispatch, drawn, fileId, place])
  useEffect(() => {
    if (waitMs === null) return
    const timer = setTimeout(lookAgain, waitMs)
    return () => clearTimeout(timer)
  }, [waitMs])
  return shown?.status ?? null
}
