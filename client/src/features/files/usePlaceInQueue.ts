import { useEffect } from 'react'
import { isFinished } from '../../api/live'
import { selectIsLinked } from '../../api/session'
import type { FileEntry } from '../../api/types'
import { useAppSelector } from '../../store/hooks'

const LOOK_MS = 3_000

/**
 * Asks again for entries that wait behind others: nothing happens to a file while those before it, which may be
 * somebody else's, are read, so no event tells that its place has changed. No event comes to the page of a link at
 * all: it asks as long as the file is on its way.
 */
export const usePlaceInQueue = (entries: Pick<FileEntry, 'ahead' | 'status'>[], askAgain: () => unknown) => {
  const linked = useAppSelector(selectIsLinked)
  const waits = entries.some(({ ahead, status }) => (ahead ?? 0) > 0 || (linked && !isFinished(status)))
  useEffect(() => {
    if (!waits) return
    const timer = setInterval(() => document.hidden || askAgain(), LOOK_MS)
    return () => clearInterval(timer)
  }, [waits, askAgain])
}
