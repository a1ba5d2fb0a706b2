import { datasetsApi, datasetTag, type RowsPage, readingParams } from './datasetsApi'
import { exactAnswer } from './exactJson'
import type { Aggregates, DataRow } from './types'

const path = (id: string) => `/datasets/${encodeURIComponent(id)}`
const cells = (url: string) => ({ url, responseHandler: exactAnswer })

/** Ids that one request names: its address stays short. */
const IDS_MAX = 400
/** Rows and cells of one request, as the server lets at most. */
const ROWS_MAX = 1000
const CELLS_MAX = 1_000_000

type RowsAnswer = { rows: DataRow[]; next: string | null; version: number }
type Filtered = { id: string; version: number | null; filters: string[] }

const batches = (rids: number[]): number[][] =>
  Array.from({ length: Math.ceil(rids.length / IDS_MAX) }, (_, i) =>
    rids.slice(i * IDS_MAX, (i + 1) * IDS_MAX),
  )

export const datasetCells = datasetsApi.injectEndpoints({
  endpoints: (build) => ({
    /** Rows by their ids as values and not as they are written: `1.234,5` is 1234.5. Rows that are gone are left out. */
    getValues: build.query<DataRow[], { id: string; version: number | null; rids: number[] }>({
      queryFn: async ({ id, version, rids }, _api, _extra, ask) => {
        const found: DataRow[] = []
        for (const some of batches(rids)) {
          const asked = readingParams(
            { version, filters: [`_rid:in:${some.join(',')}`] },
            { limit: String(some.length) },
          )
          const answer = await ask(cells(`${path(id)}/rows?${asked}`))
          if (answer.error) return { error: answer.error }
          found.push(...(answer.data as RowsAnswer).rows)
        }
        return { data: found }
      },
      providesTags: (_, __, { id }) => [datasetTag(id)],
      keepUnusedDataFor: 5,
    }),
    /** The numbers of whole columns, as values. */
    getTotals: build.query<Record<string, Aggregates> | null, Filtered>({
      query: ({ id, ...asked }) => cells(`${path(id)}?${readingParams(asked, { size: '1' })}`),
      transformResponse: ({ aggregates }: { aggregates: Record<string, Aggregates> | null }) => aggregates,
      providesTags: (_, __, { id }) => [datasetTag(id)],
    }),
    /** Some rows as they are written, in the order of a page: the first ones, or those behind a cursor. */
    followingRows: build.query<
      RowsAnswer,
      { query: RowsPage['query']; version: number; cursor: string | null; limit: number }
    >({
      query: ({ query: { id, sort, filters }, version, cursor, limit }) =>
        cells(
          `${path(id)}/rows?${readingParams({ version, sort, filters }, { limit: String(limit), text: 'true', ...(cursor && { cursor }) })}`,
        ),
      keepUnusedDataFor: 0,
    }),
  }),
})

export const { useGetValuesQuery, useGetTotalsQuery } = datasetCells

/** Rows that one request may have of a table of so many columns. */
export const rowsAtOnce = (width: number): number =>
  Math.max(1, Math.min(ROWS_MAX, Math.floor(CELLS_MAX / Math.max(1, width))))
