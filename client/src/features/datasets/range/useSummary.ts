import { skipToken } from '@reduxjs/toolkit/query'
import { useMemo } from 'react'
import { useGetTotalsQuery, useGetValuesQuery } from '../../../api/datasetCells'
import { ownValue } from '../../../shared/ownValue'
import { isNumeric } from '../columnTypes'
import { type Summary, summaryOf, summaryOfColumns } from './numbers'
import type { RangeFrame } from './rangeFrame'
import { isOneCell } from './selection'

/** `waiting`: the numbers are under way. */
type Summed = { summary: Summary; waiting: boolean; failed: boolean }

/** The numbers of the selected cells, exactly: values of the page by their ids, those of whole columns by the server. */
export const useSummary = ({ id, page, rows, columns, range }: RangeFrame): Summed => {
  const numeric = columns.slice(range.left, range.right + 1).filter(isNumeric)
  const wanted = numeric.length > 0 && !isOneCell(range) && page !== undefined
  const { version = null, filters = [] } = page?.query ?? {}
  const rids = useMemo(() => rows.map(({ _rid }) => _rid), [rows])
  const values = useGetValuesQuery(wanted && !range.everyRow ? { id, version, rids } : skipToken)
  const totals = useGetTotalsQuery(wanted && range.everyRow ? { id, version, filters } : skipToken)
  const { top, bottom, everyRow } = range
  const names = numeric.map(({ name }) => name)
  const chosen = new Set(rids.slice(top, bottom + 1))
  const summary = (): Summary => {
    if (everyRow) return summaryOfColumns(names.flatMap((name) => ownValue(totals.data, name) ?? []))
    const inside = (values.data ?? []).filter(({ _rid }) => chosen.has(_rid))
    return summaryOf(inside.flatMap((row) => names.map((name) => ownValue(row, name) ?? null)))
  }
  const asked = everyRow ? totals : values
  return {
    summary: wanted && asked.currentData ? summary() : null,
    waiting: wanted && asked.isFetching,
    failed: wanted && asked.isError,
  }
}
