import { apiUrl } from '../shared/base'
import { baseApi } from './baseApi'
import { exactAnswer } from './exactJson'
import type { DataRow, Profile, Table } from './types'

/**
 * `version` null is the newest. `filters` are `column:op:value`, `sort` is a column with `-` before it or not, `q` a text
 * that some cell shows.
 */
export type RowsQuery = {
  id: string
  version: number | null
  sort: string
  filters: string[]
  q: string
  size: number
  page: number
}
/**
 * Rows with the query that they answer, so that they keep their own numbers while others are asked for.
 * `first`: the number of the first one, from 1; a page of very long texts has fewer rows than it should, and
 * the one behind it begins where it ends.
 * `next` is the cursor of the page behind, null at the end.
 * `bases`: the versions of rows that this page itself has changed since it was read.
 */
export type RowsPage = {
  query: RowsQuery
  first: number
  rows: DataRow[]
  next: string | null
  version: number
  bases?: Record<number, number>
}
export type TableQuery = { id: string; version: number | null; filters: string[]; q: string }
type ProfileQuery = TableQuery & { column: string }

export const datasetTag = (id: string) => ({ type: 'Dataset', id }) as const
/** Rows from either end that the server passes to find a page by its number, where rows must be sorted or filtered. */
const NUMBERED_ROWS_MAX = 1_000_000

/** Pages that cannot be had by their number, both ends included. */
export type Gap = { from: number; to: number }

/**
 * Pure: the pages far from both ends of rows that must be sorted or filtered; null where every page has its number, as
 * in the order of the table. `rows` Infinity: they are not counted yet, and nothing is known of the end.
 */
export const gapOf = (
  { size, sort, filters, q }: Pick<RowsQuery, 'size' | 'sort' | 'filters' | 'q'>,
  rows: number,
): Gap | null => {
  if (filters.length === 0 && q === '' && /^(-?_rid)?$/.test(sort)) return null
  const from = Math.floor(NUMBERED_ROWS_MAX / size) + 2
  const to = Math.ceil((rows - NUMBERED_ROWS_MAX) / size) - 1
  return from <= to ? { from, to } : null
}

export const isIn = (gap: Gap | null, page: number): boolean =>
  gap !== null && page >= gap.from && page <= gap.to

const path = (id: string) => `/datasets/${encodeURIComponent(id)}`

/** What reads cells: every digit of an answer counts. */
const cells = (url: string) => ({ url, responseHandler: exactAnswer })

type Asked = { version?: number | null; sort?: string; filters?: string[]; q?: string }
/** The part of the address that every reading request shares. */
export const readingParams = (
  { version, sort, filters, q }: Asked,
  more: Record<string, string> = {},
): string => {
  const params = new URLSearchParams(more)
  if (version !== null && version !== undefined) params.set('version', String(version))
  if (sort) params.set('sort', sort)
  if (q) params.set('q', q)
  for (const filter of filters ?? []) params.append('filter', filter)
  return params.toString()
}

export const datasetsApi = baseApi.injectEndpoints({
  endpoints: (build) => ({
    /** The table without its columns in numbers, which may take long. */
    getTable: build.query<Table, TableQuery>({
      query: ({ id, ...asked }) =>
        cells(`${path(id)}?${readingParams(asked, { size: '1', aggregates: 'false' })}`),
      providesTags: (_, __, { id }) => [datasetTag(id)],
    }),
    getAggregates: build.query<Table, TableQuery>({
      query: ({ id, ...asked }) => cells(`${path(id)}?${readingParams(asked, { size: '1', text: 'true' })}`),
      providesTags: (_, __, { id }) => [datasetTag(id)],
    }),
    /**
     * A page of rows, each cell as it was written: behind the page before it where that is known, else by its number. Who asks again
     * wants the newest version, which the cursor of an older page does not know.
     */
    getRows: build.query<RowsPage, RowsQuery>({
      queryFn: async (query, api, _, ask) => {
        const { id, page, size } = query
        const known = page > 1 ? cachedRows(api.getState(), { ...query, page: page - 1 }) : undefined
        const numbered = !isIn(gapOf(query, countedRows(api.getState(), query)), page)
        const before = api.forced && numbered ? undefined : known
        if (page === 1 || before?.next) {
          const answer = await ask(cells(rowsAddress(query, before)))
          if (!answer.error) {
            const { rows, next, version } = answer.data as Omit<RowsPage, 'query' | 'first'>
            return {
              data: { query, first: before ? before.first + before.rows.length : 1, rows, next, version },
            }
          }
          // A cursor can be of a version that is gone; the number of the page still means something.
          if (page === 1 || !answer.error.code.includes('cursor')) return { error: answer.error }
        }
        const byNumber = { page: String(page), size: String(size), aggregates: 'false', text: 'true' }
        const answer = await ask(cells(`${path(id)}?${readingParams(query, byNumber)}`))
        return answer.error ? { error: answer.error } : { data: asPage(answer.data as Table, query) }
      },
      providesTags: (_, __, { id }) => [datasetTag(id)],
    }),
    getProfile: build.query<Profile, ProfileQuery>({
      query: ({ id, column, ...asked }) =>
        cells(`${path(id)}/profile?${readingParams(asked, { column, text: 'true' })}`),
      providesTags: (_, __, { id }) => [datasetTag(id)],
    }),
  }),
})

const cachedRows = (state: unknown, query: RowsQuery): RowsPage | undefined =>
  datasetsApi.endpoints.getRows.select(query)(state as never).data

/** Rows that hold the filters of a query; Infinity while they are not counted. */
const countedRows = (state: unknown, { id, version, filters, q }: RowsQuery): number =>
  datasetsApi.endpoints.getTable.select({ id, version, filters, q })(state as never).data?.matched ??
  Number.POSITIVE_INFINITY

/** Whether a page without a number can be shown: it is here still, or the one before it, which leads to it. */
export const isWithinReach = (state: unknown, query: RowsQuery): boolean =>
  Boolean(cachedRows(state, query) ?? cachedRows(state, { ...query, page: query.page - 1 })?.next)

/** The address of the first page, or of the one behind `before`, pinned to the version of that. */
const rowsAddress = (query: RowsQuery, before: RowsPage | undefined): string =>
  `${path(query.id)}/rows?${readingParams(before ? { ...query, version: before.version } : query, {
    limit: String(query.size),
    text: 'true',
    ...(before?.next && { cursor: before.next }),
  })}`

const asPage = ({ rows, version, next }: Table, query: RowsQuery): RowsPage => ({
  query,
  first: (query.page - 1) * query.size + 1,
  rows,
  version,
  next,
})

export const { useGetTableQuery, useGetAggregatesQuery, useGetRowsQuery, useGetProfileQuery } = datasetsApi

export type ExportFormat = 'csv' | 'xlsx' | 'parquet' | 'ndjson' | 'arrow'
/** `more`: the kind of CSV. */
export const exportUrl = (
  { id, columns = [], ...asked }: TableQuery & { columns?: string[] },
  format: ExportFormat,
  more: Record<string, string> = {},
): string => {
  const params = new URLSearchParams(readingParams(asked, { format, ...more }))
  for (const name of columns) params.append('columns', name)
  return apiUrl(`${path(id)}/export?${params}`)
}
