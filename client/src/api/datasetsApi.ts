import { baseApi } from './baseApi'
import type { DataRow, Groups, Profile, Table } from './types'

/** `version` null is the newest. `filters` are `column:op:value`, `sort` is a column with `-` before it or not. */
export type RowsQuery = {
  id: string
  version: number | null
  sort: string
  filters: string[]
  size: number
  page: number
}
/** `bases`: the versions of rows that this page itself has changed since it was read. */
export type RowsPage = {
  rows: DataRow[]
  next: string | null
  version: number
  bases?: Record<number, number>
}
export type TableQuery = { id: string; version: number | null; filters: string[] }
type GroupQuery = TableQuery & { by: string; measure: string }
type ProfileQuery = TableQuery & { column: string }

export const datasetTag = (id: string) => ({ type: 'Dataset', id }) as const
/** More bars than these tell nothing. */
const MOST_GROUPS = 20

const path = (id: string) => `/datasets/${encodeURIComponent(id)}`

type Asked = { version?: number | null; sort?: string; filters?: string[] }
/** The part of the address that every reading request shares. */
export const readingParams = (
  { version, sort, filters }: Asked,
  more: Record<string, string> = {},
): string => {
  const params = new URLSearchParams(more)
  if (version !== null && version !== undefined) params.set('version', String(version))
  if (sort) params.set('sort', sort)
  for (const filter of filters ?? []) params.append('filter', filter)
  return params.toString()
}

export const datasetsApi = baseApi.injectEndpoints({
  endpoints: (build) => ({
    /** The table without its columns in numbers, which may take long. */
    getTable: build.query<Table, TableQuery>({
      query: ({ id, ...asked }) => `${path(id)}?${readingParams(asked, { size: '1', aggregates: 'false' })}`,
      providesTags: (_, __, { id }) => [datasetTag(id)],
    }),
    getAggregates: build.query<Table, TableQuery>({
      query: ({ id, ...asked }) => `${path(id)}?${readingParams(asked, { size: '1' })}`,
      providesTags: (_, __, { id }) => [datasetTag(id)],
    }),
    /** A page of rows: behind the page before it where that is known, else by its number. */
    getRows: build.query<RowsPage, RowsQuery>({
      queryFn: async (query, api, _, ask) => {
        const before =
          query.page > 1 ? cachedRows(api.getState(), { ...query, page: query.page - 1 }) : undefined
        if (query.page === 1 || before?.next) {
          const answer = await ask(rowsAddress(query, before))
          if (!answer.error) return { data: answer.data as RowsPage }
          // A cursor can be of a version that is gone; the number of the page still means something.
          if (query.page === 1 || !answer.error.code.includes('cursor')) return { error: answer.error }
        }
        const { id, page, size } = query
        const answer = await ask(
          `${path(id)}?${readingParams(query, { page: String(page), size: String(size), aggregates: 'false' })}`,
        )
        return answer.error ? { error: answer.error } : { data: asPage(answer.data as Table, size) }
      },
      providesTags: (_, __, { id }) => [datasetTag(id)],
    }),
    groupRows: build.query<Groups, GroupQuery>({
      query: ({ id, by, measure, ...asked }) =>
        `${path(id)}/aggregate?${readingParams(asked, { by, measure, sort: '-value', limit: String(MOST_GROUPS) })}`,
      providesTags: (_, __, { id }) => [datasetTag(id)],
    }),
    getProfile: build.query<Profile, ProfileQuery>({
      query: ({ id, column, ...asked }) => `${path(id)}/profile?${readingParams(asked, { column })}`,
      providesTags: (_, __, { id }) => [datasetTag(id)],
    }),
  }),
})

const cachedRows = (state: unknown, query: RowsQuery): RowsPage | undefined =>
  datasetsApi.endpoints.getRows.select(query)(state as never).data

/** The address of the first page, or of the one behind `before`, pinned to the version of that. */
const rowsAddress = (query: RowsQuery, before: RowsPage | undefined): string =>
  `${path(query.id)}/rows?${readingParams(before ? { ...query, version: before.version } : query, {
    limit: String(query.size),
    ...(before?.next && { cursor: before.next }),
  })}`

/** A page got by its number has no cursor; full means that there may be more. */
const asPage = ({ rows, version }: Table, size: number): RowsPage => ({
  rows,
  version,
  next: rows.length === size ? '' : null,
})

export const {
  useGetTableQuery,
  useGetAggregatesQuery,
  useGetRowsQuery,
  useGroupRowsQuery,
  useGetProfileQuery,
} = datasetsApi

export type ExportFormat = 'csv' | 'xlsx' | 'parquet' | 'ndjson' | 'arrow'
/** `more`: the kind of CSV. */
export const exportUrl = (
  { id, ...asked }: TableQuery,
  format: ExportFormat,
  more: Record<string, string> = {},
): string => `/api${path(id)}/export?${readingParams(asked, { format, ...more })}`
