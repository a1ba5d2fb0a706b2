import { useEffect, useState } from 'react'

const SECOND = 1000

/** Whole seconds until `at` (epoch milliseconds), counted down; 0 when it has come or there is none. */
export const useRetryCountdown = (at: number | null): number => {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (at === null) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), SECOND)
    return () => clearInterval(timer)
  }, [at])
  return at === null ? 0 : Math.max(0, Math.ceil((at - now) / SECOND))
}
