import { useCallback, useEffect, useRef, useState } from 'react'
import type { Problem } from '../../api/problem'
import { type Result, useRunStatementMutation } from '../../api/sqlApi'

/** Rows that the page shows; downloads and saved tables have all. */
export const ROWS_MAX = 1000

/** What became of the last statement; `seconds` is how long it took. */
export type Outcome =
  | { state: 'none' | 'stopped' }
  | { state: 'running'; query: string }
  | { state: 'done'; query: string; result: Result; seconds: number }
  | { state: 'refused'; query: string; problem: Problem }

/** Runs one statement at a time; another one, and leaving the page, stop it. */
export const useStatement = (onEnd: (query: string, rows: number | null) => void) => {
  const [ask] = useRunStatementMutation()
  const running = useRef<ReturnType<typeof ask> | null>(null)
  const [outcome, setOutcome] = useState<Outcome>({ state: 'none' })
  const drop = useCallback(() => {
    running.current?.abort()
    running.current = null
  }, [])
  useEffect(() => drop, [drop])
  const run = async (query: string) => {
    drop()
    const begun = performance.now()
    const asked = ask({ query, limit: ROWS_MAX })
    running.current = asked
    setOutcome({ state: 'running', query })
    const { data, error } = await asked
    if (running.current !== asked) return
    running.current = null
    if (data) setOutcome({ state: 'done', query, result: data, seconds: (performance.now() - begun) / 1000 })
    else setOutcome({ state: 'refused', query, problem: error as Problem })
    onEnd(query, data?.rows.length ?? null)
  }
  const stop = () => {
    drop()
    setOutcome({ state: 'stopped' })
  }
  return { outcome, run, stop }
}
