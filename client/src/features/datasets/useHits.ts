import { useEffect, useMemo, useState } from 'react'
import type { RowsPage } from '../../api/datasetsApi'
import type { Column } from '../../api/types'
import { useShownRows } from './grid/DataGrid'
import { hitCells, nextHit } from './hitCells'
import { useDatasetView } from './useDatasetView'

/** Where the search stands on the page: at a hit by its number, or before the first or behind the last one. */
type Stand = { page: RowsPage | undefined; number: number | null; arriving: 1 | -1 }

/** The cells of the page that show what is searched for, the one that the search stands at, and how to go on. */
export const useHits = (id: string, page: RowsPage | undefined, columns: Column[]) => {
  const { view, change } = useDatasetView()
  const rows = useShownRows(id, page)
  const hits = useMemo(
    () =>
      hitCells(
        rows,
        columns.map(({ name }) => name),
        view.q,
      ),
    [rows, columns, view.q],
  )
  const [stand, setStand] = useState<Stand>({ page, number: null, arriving: 1 })
  const [crossing, setCrossing] = useState<1 | -1 | null>(null)
  // Behind the last hit of a page the search goes on at the first one of the next, as soon as that is here.
  useEffect(() => {
    if (crossing === null || page?.query.page !== view.page || page === stand.page) return
    setCrossing(null)
    setStand({ page, number: nextHit(hits, null, crossing), arriving: crossing })
  }, [crossing, page, view.page, hits, stand.page])
  const number =
    stand.page === page && stand.number !== null && stand.number < hits.length ? stand.number : null
  const step = (by: 1 | -1) => {
    const next = nextHit(hits, number, by)
    if (next !== null) return setStand({ page, number: next, arriving: by })
    const other = view.page + by
    if (other < 1 || (by === 1 && page?.next === null)) {
      return setStand({ page, number: nextHit(hits, null, by), arriving: by })
    }
    setStand({ page, number: null, arriving: by })
    setCrossing(by)
    change({ page: other }, true)
  }
  const current = useMemo(() => (number === null ? null : (hits[number] ?? null)), [hits, number])
  return { count: hits.length, number, current, step }
}
