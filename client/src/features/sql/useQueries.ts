import { useCallback, useEffect, useState } from 'react'
import { selectUser } from '../../api/session'
import { useAppSelector } from '../../store/hooks'
import { type KeptQueries, readKept, withNamed, withoutNamed, withRun, writeKept } from './queryStore'

/** What is in the editor, what was run and what has a name; kept by the browser for each user. */
export const useQueries = (linked: string | null) => {
  const userId = useAppSelector((state) => selectUser(state)?.id ?? '')
  const [kept, setKept] = useState<KeptQueries>(() => {
    const found = readKept(userId)
    return linked === null ? found : { ...found, draft: linked }
  })
  useEffect(() => {
    if (linked !== null) setKept((before) => ({ ...before, draft: linked }))
  }, [linked])
  useEffect(() => writeKept(userId, kept), [userId, kept])
  const write = useCallback((draft: string) => setKept((before) => ({ ...before, draft })), [])
  return {
    ...kept,
    write,
    ran: (query: string, rows: number | null) =>
      setKept((before) => withRun(before, { query, rows, at: new Date().toISOString() })),
    save: (name: string) => setKept((before) => withNamed(before, { name, query: before.draft })),
    remove: (name: string) => setKept((before) => withoutNamed(before, name)),
  }
}
