import type { FetchBaseQueryMeta } from '@reduxjs/toolkit/query'
import { datasetsApi, datasetTag, type RowsQuery } from './datasetsApi'
import type { Cell, DataRow, Row } from './types'

/** A row as it is now, and the version since which it is so. */
export type Edited = { version: number; row: DataRow }
/** `base` is the version in which somebody saw the row; `view` is the page that it stands on. */
type CellEdit = { view: RowsQuery; rid: number; base: number; column: string; value: Cell }

const rowsPath = (id: string) => `/datasets/${encodeURIComponent(id)}/rows`
const seenIn = (version: number) => ({ 'If-Match': `"${version}"` })

const edited = (row: DataRow, meta: FetchBaseQueryMeta | undefined): Edited => ({
  row,
  version: Number(meta?.response?.headers.get('ETag')?.replace(/\D/g, '')),
})

const replaceRow = (view: RowsQuery, rid: number, change: (row: DataRow) => void, base?: number) =>
  datasetsApi.util.updateQueryData('getRows', view, (page) => {
    const row = page.rows.find(({ _rid }) => _rid === rid)
    if (row) change(row)
    if (base !== undefined) page.bases = { ...page.bases, [rid]: base }
  })

export const datasetEdits = datasetsApi.injectEndpoints({
  endpoints: (build) => ({
    /** Shown at once; taken back when the server refuses, with the row as it really is. */
    editCell: build.mutation<Edited, CellEdit>({
      query: ({ view, rid, base, column, value }) => ({
        url: `${rowsPath(view.id)}/${rid}`,
        method: 'PATCH',
        headers: seenIn(base),
        body: { [column]: value },
      }),
      transformResponse: edited,
      onQueryStarted: async ({ view, rid, column, value }, { dispatch, queryFulfilled }) => {
        const shown = dispatch(
          replaceRow(view, rid, (row) => {
            row[column] = value
          }),
        )
        try {
          const { version, row } = (await queryFulfilled).data
          dispatch(replaceRow(view, rid, (shownRow) => Object.assign(shownRow, row), version))
        } catch (failure) {
          shown.undo()
          const current = (failure as { error?: { current?: Row | null } }).error?.current
          if (current) dispatch(replaceRow(view, rid, (row) => Object.assign(row, current)))
        }
      },
      invalidatesTags: (_, error, { view }) => (error ? [datasetTag(view.id)] : []),
    }),
    addRow: build.mutation<Edited, { id: string; row: Row }>({
      query: ({ id, row }) => ({ url: rowsPath(id), method: 'POST', body: row }),
      transformResponse: edited,
      invalidatesTags: (_, error, { id }) => (error ? [] : [datasetTag(id)]),
    }),
    deleteRow: build.mutation<void, { id: string; rid: number; base: number }>({
      query: ({ id, rid, base }) => ({
        url: `${rowsPath(id)}/${rid}`,
        method: 'DELETE',
        headers: seenIn(base),
      }),
      invalidatesTags: (_, error, { id }) => (error ? [] : [datasetTag(id)]),
    }),
  }),
})

export const { useEditCellMutation, useAddRowMutation } = datasetEdits
