import { datasetsApi, datasetTag } from './datasetsApi'
import { exactAnswer } from './exactJson'
import { isLost } from './problem'
import type { components } from './schema.gen'
import type { DataRow, Row, Version } from './types'

type Schemas = components['schemas']
export type CheckedCells = Schemas['CheckedCells']
export type FoundCells = Schemas['FoundCells']
export type CellHistory = Schemas['CellHistoryShown']
export type FindOrder = {
  find: string
  replace: string
  columns?: string[]
  case: boolean
  whole: boolean
  regex: boolean
}
/** Cells to set in rows, and rows to add; all of it is one version. */
export type RowChanges = { update: (Row & { _rid: number })[]; insert: Row[] }
export type OnMisfit = 'refuse' | 'skip'
/** `version` has the rows as they are now; `skipped` cells did not fit. */
export type Changed = { version: number; inserted: DataRow[]; updated: DataRow[]; skipped?: number }

const path = (id: string) => `/datasets/${encodeURIComponent(id)}`
const seenIn = (version: number) => ({ 'If-Match': `"${version}"` })
/** What an edit makes old: the table; where a part of it turned out to be lost, the file's page too. */
const touched = (id: string, error: unknown) => {
  if (isLost(error)) return [datasetTag(id), { type: 'File', id } as const]
  return error ? [] : [datasetTag(id)]
}

export const cellEdits = datasetsApi.injectEndpoints({
  endpoints: (build) => ({
    /** `base`: the version in which the rows were seen. */
    changeRows: build.mutation<
      Changed,
      { id: string; base: number; changes: RowChanges; onMisfit: OnMisfit; message: string }
    >({
      query: ({ id, base, changes, onMisfit, message }) => ({
        url: `${path(id)}/rows`,
        method: 'PATCH',
        headers: seenIn(base),
        body: { ...changes, on_misfit: onMisfit, message },
        responseHandler: exactAnswer,
      }),
      invalidatesTags: (_, error, { id }) => touched(id, error),
    }),
    /** Which cells of an edit do not fit; nothing is changed. */
    checkCells: build.mutation<CheckedCells, { id: string; changes: RowChanges }>({
      query: ({ id, changes }) => ({
        url: `${path(id)}/edits/check`,
        method: 'POST',
        body: changes,
        responseHandler: exactAnswer,
      }),
    }),
    /** What is found in the cells of the newest version; nothing is changed. */
    findCells: build.mutation<FoundCells, { id: string; order: FindOrder }>({
      query: ({ id, order }) => ({ url: `${path(id)}/edits/find`, method: 'POST', body: order }),
    }),
    replaceCells: build.mutation<
      FoundCells,
      { id: string; base: number; order: FindOrder; onMisfit: OnMisfit; message: string }
    >({
      query: ({ id, base, order, onMisfit, message }) => ({
        url: `${path(id)}/edits/replace`,
        method: 'POST',
        headers: seenIn(base),
        body: { ...order, on_misfit: onMisfit, message },
      }),
      invalidatesTags: (_, error, { id }) => touched(id, error),
    }),
    /** Takes back what a version changed in rows, as a new version. */
    undoVersion: build.mutation<Version, { id: string; version: number; message: string }>({
      query: ({ id, ...body }) => ({ url: `${path(id)}/edits/undo`, method: 'POST', body }),
      invalidatesTags: (_, error, { id }) => touched(id, error),
    }),
    /** What became of a cell; `before`: in the versions before that one, null: in all. */
    getCellHistory: build.query<
      CellHistory,
      { id: string; rid: number; column: string; before: number | null }
    >({
      query: ({ id, rid, column, before }) => {
        const params = new URLSearchParams({ column, ...(before !== null && { before: String(before) }) })
        return `${path(id)}/rows/${rid}/history?${params}`
      },
      providesTags: (_, __, { id }) => [datasetTag(id)],
    }),
  }),
})

export const {
  useCheckCellsMutation,
  useFindCellsMutation,
  useReplaceCellsMutation,
  useUndoVersionMutation,
  useGetCellHistoryQuery,
} = cellEdits
