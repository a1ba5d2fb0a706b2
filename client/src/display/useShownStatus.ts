import { useEffect, useReducer } from 'react'
import { selectLive } from '../api/live'
import type { FileStatus } from '../api/types'
import { useAppDispatch, useAppSelector } from '../store/hooks'
import { processingDrawn, selectDrawn } from './drawnSlice'
import { type Surface, shownStatus } from './shownStatus'

/**
 * The status to show for a file, null while nothing is known. Given a surface of the page, Processing is
 * held there long enough to be seen.
 */
export const useShownStatus = (fileId: string | null, surface?: Surface): FileStatus | null => {
  const dispatch = useAppDispatch()
  const live = useAppSelector((state) => selectLive(state, fileId))
  const drawn = useAppSelector((state) => selectDrawn(state, fileId))
  const [, lookAgain] = useReducer((count: number) => count + 1, 0)
  const shown = live ? shownStatus(live, Date.now(), surface, drawn) : null
  const waitMs = shown?.waitMs ?? null
  const isFirst = shown?.status === 'processing' && surface !== undefined && drawn[surface] === undefined

  useEffect(() => {
    if (isFirst && fileId && surface) dispatch(processingDrawn(fileId, surface))
  }, [dispatch, isFirst, fileId, surface])
  useEffect(() => {
    if (waitMs === null) return
    const timer = setTimeout(lookAgain, waitMs)
    return () => clearTimeout(timer)
  }, [waitMs])
  return shown?.status ?? null
}
