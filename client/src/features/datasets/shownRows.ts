import type { RowsPage, RowsQuery } from '../../api/datasetsApi'

type Answer = { data?: RowsPage; currentData?: RowsPage; waiting: boolean }

/**
 * Pure: the rows to show. Those of another page, order or filter only while the right ones are under way,
 * and never those of another table or version, which may have other columns.
 */
export const rowsToShow = (
  { id, version }: RowsQuery,
  { data, currentData, waiting }: Answer,
): { page: RowsPage | undefined; stale: boolean } => {
  if (currentData) return { page: currentData, stale: false }
  const related = data !== undefined && data.query.id === id && data.query.version === version
  return waiting && related ? { page: data, stale: true } : { page: undefined, stale: false }
}
