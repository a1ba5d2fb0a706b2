import { useEffect, useReducer } from 'react'
import { selectLive, shownStatus } from '../api/live'
import type { FileStatus } from '../api/types'
import { useAppSelector } from '../app/hooks'

/** The status to show for a file, Processing held long enough to be seen; null while nothing is known. */
export const useShownStatus = (fileId: string | null): FileStatus | null => {
  const live = useAppSelector((state) => selectLive(state, fileId))
  const [, lookAgain] = useReducer((count: number) => count + 1, 0)
  const shown = live ? shownStatus(live, Date.now()) : null
  const waitMs = shown?.waitMs ?? null
  useEffect(() => {
    if (waitMs === null) return
    const timer = setTimeout(lookAgain, waitMs)
    return () => clearTimeout(timer)
  }, [waitMs])
  return shown?.status ?? null
}
