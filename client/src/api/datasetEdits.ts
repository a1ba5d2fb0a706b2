import type { FetchBaseQueryMeta } from '@reduxjs/toolkit/query'
import { datasetsApi, datasetTag, type RowsQuery, readingParams } from './datasetsApi'
import { exactAnswer } from './exactJson'
import { isLost } from './problem'
import type { Cell, DataRow, Row } from './types'

/** A row as it is now, and the version since which it is so. */
export type Edited = { version: number; row: DataRow }
/** `base` is the version in which somebody saw the row, with `seen` in the cell; `view` is its page. */
export type CellEdit = {
  view: RowsQuery
  rid: number
  base: number
  column: string
  seen: Cell
  value: Cell
}

const rowsPath = (id: string) => `/datasets/${encodeURIComponent(id)}/rows`
const seenIn = (version: number) => ({ 'If-Match': `"${version}"` })

const versionOf = (meta: FetchBaseQueryMeta | undefined): number =>
  Number(meta?.response?.headers.get('ETag')?.replace(/\D/g, ''))

/** One row as pages show it, each cell as it is written; `version` null: as it is now. */
const writtenRow = (id: string, rid: number, version: number | null) => ({
  url: `${rowsPath(id)}?${readingParams({ version, filters: [`_rid:eq:${rid}`] }, { limit: '1', text: 'true' })}`,
  responseHandler: exactAnswer,
})

/** What an edit makes old: the table; where a part of it turned out to be lost, what the file's page tells of it too. */
const touched = (id: string, error: unknown) =>
  isLost(error) ? [datasetTag(id), { type: 'File', id } as const] : [datasetTag(id)]

const replaceRow = (view: RowsQuery, rid: number, change: (row: DataRow) => void, base?: number) =>
  datasetsApi.util.updateQueryData('getRows', view, (page) => {
    const row = page.rows.find(({ _rid }) => _rid === rid)
    if (row) change(row)
    if (base !== undefined) page.bases = { ...page.bases, [rid]: base }
  })

export const datasetEdits = datasetsApi.injectEndpoints({
  endpoints: (build) => ({
    /** Shown at once; taken back when the server refuses. Rows are found by id: the page may have moved meanwhile. */
    editCell: build.mutation<Edited, CellEdit>({
      queryFn: async ({ view, rid, base, column, value }, _api, _extra, ask) => {
        const answer = await ask({
          url: `${rowsPath(view.id)}/${rid}`,
          method: 'PATCH',
          headers: seenIn(base),
          body: { [column]: value },
          responseHandler: exactAnswer,
        })
        if (answer.error) return { error: answer.error }
        const version = versionOf(answer.meta)
        // The answer has the values of the cells; pages show what is written.
        const written = await ask(writtenRow(view.id, rid, version))
        const [row] = (written.data as { rows: DataRow[] } | undefined)?.rows ?? []
        return { data: { version, row: row ?? (answer.data as DataRow) } }
      },
      onQueryStarted: async ({ view, rid, column, seen, value }, { dispatch, queryFulfilled }) => {
        const turn = (from: Cell, to: Cell) =>
          dispatch(
            replaceRow(view, rid, (row) => {
              if ((row[column] ?? null) === from) row[column] = to
            }),
          )
        turn(seen, value)
        try {
          const { version, row } = (await queryFulfilled).data
          dispatch(replaceRow(view, rid, (shown) => Object.assign(shown, row), version))
        } catch {
          turn(value, seen)
        }
      },
      invalidatesTags: (_, error, { view }) => (error ? touched(view.id, error) : []),
    }),
    /** One row as it is now, by its id; null when the table has no such row any more. */
    rowNow: build.query<{ row: DataRow | null; version: number }, { id: string; rid: number }>({
      query: ({ id, rid }) => writtenRow(id, rid, null),
      transformResponse: ({ rows, version }: { rows: DataRow[]; version: number }) => ({
        row: rows[0] ?? null,
        version,
      }),
      keepUnusedDataFor: 0,
    }),
    addRow: build.mutation<Edited, { id: string; row: Row }>({
      query: ({ id, row }) => ({
        url: rowsPath(id),
        method: 'POST',
        body: row,
        responseHandler: exactAnswer,
      }),
      transformResponse: (row: DataRow, meta) => ({ row, version: versionOf(meta) }),
      invalidatesTags: (_, error, { id }) => (error && !isLost(error) ? [] : touched(id, error)),
    }),
    /** Answers the version without the row. */
    deleteRow: build.mutation<number, { id: string; rid: number; base: number }>({
      query: ({ id, rid, base }) => ({
        url: `${rowsPath(id)}/${rid}`,
        method: 'DELETE',
        headers: seenIn(base),
      }),
      transformResponse: (_, meta) => versionOf(meta),
      invalidatesTags: (_, error, { id }) => (error && !isLost(error) ? [] : touched(id, error)),
    }),
  }),
})

export const { useEditCellMutation, useAddRowMutation } = datasetEdits
