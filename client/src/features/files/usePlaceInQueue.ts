import { useEffect } from 'react'
import type { FileEntry } from '../../api/types'

const LOOK_MS = 3_000

/**
 * Asks again for entries that wait behind others: nothing happens to a file while those before it, which may be
 * somebody else's, are read, so no event tells that its place has changed.
 */
export const usePlaceInQueue = (entries: Pick<FileEntry, 'ahead'>[], askAgain: () => unknown) => {
  const waits = entries.some(({ ahead }) => (ahead ?? 0) > 0)
  useEffect(() => {
    if (!waits) return
    const timer = setInterval(() => document.hidden || askAgain(), LOOK_MS)
    return () => clearInterval(timer)
  }, [waits, askAgain])
}
