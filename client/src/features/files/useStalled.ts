import { useEffect, useState } from 'react'
import { selectLive } from '../../api/live'
import type { FileEntry } from '../../api/types'
import { useAppSelector } from '../../store/hooks'

/** Without a byte for so long nobody is sending: milliseconds. */
const STALLED_MS = 30_000

/** Whether an unfinished upload stands still: it goes on only where it was begun. */
export const useStalled = ({ id, uploaded_at }: FileEntry): boolean => {
  const movedAt = useAppSelector((state) => selectLive(state, id)?.movedAt ?? null)
  const last = Math.max(movedAt ?? 0, Date.parse(uploaded_at) || 0)
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const left = last + STALLED_MS - Date.now()
    if (left <= 0) return setNow(Date.now())
    const timer = setTimeout(() => setNow(Date.now()), left + 50)
    return () => clearTimeout(timer)
  }, [last])
  return now - last > STALLED_MS
}
