import { useEffect, useState } from 'react'
import { selectLive } from '../../../api/live'
import { useAppDispatch, useAppSelector } from '../../../store/hooks'
import { sendUpload } from '../commands'
import { selectIsAsking } from '../sameNameSlice'
import { selectUpload } from '../uploadsSlice'

/** So long the last news stands there to be read, while somebody looks at the page: milliseconds. */
const REST_MS = 10_000

/**
 * The dock goes when it has nothing more to tell: everything is sent and read, and nobody points at it or is in it.
 * Gives what the dock has to listen to.
 */
export const useRest = (ids: string[]) => {
  const dispatch = useAppDispatch()
  const [held, setHeld] = useState(false)
  const through = useAppSelector((state) =>
    ids.every((id) => {
      const row = selectUpload(state, id)
      const status = selectLive(state, row?.fileId ?? null)?.status
      return row?.phase === 'uploaded' && (status === 'done' || status === 'error')
    }),
  )
  const asking = useAppSelector((state) => selectIsAsking(state, ids))
  const rests = through && ids.length > 0 && !held && !asking
  useEffect(() => {
    if (!rests) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = () => {
      clearTimeout(timer)
      if (document.visibilityState !== 'visible') return
      timer = setTimeout(() => dispatch(sendUpload({ type: 'clearFinished' })), REST_MS)
    }
    look()
    document.addEventListener('visibilitychange', look)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [dispatch, rests])
  return {
    onPointerEnter: () => setHeld(true),
    onPointerLeave: () => setHeld(false),
    onFocus: () => setHeld(true),
    onBlur: () => setHeld(false),
  }
}
