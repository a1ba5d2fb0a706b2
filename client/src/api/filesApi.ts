import { apiUrl } from '../shared/base'
import { baseApi } from './baseApi'
import { exactAnswer } from './exactJson'
import type { FileDetail, FileEntry, FileStatus, Given, Rejects } from './types'

export type SortField = 'uploaded_at' | 'name' | 'size' | 'row_count' | 'status'
/** What the list is narrowed to; an empty text takes everything. `since` is in days. */
export type FilesFilter = {
  status: FileStatus | ''
  q: string
  kind: '' | 'table' | 'other'
  owner: '' | 'me' | 'others'
  since: '' | 'day' | 'week' | 'month'
  tag: string
}
/** `cursor`: behind which entry the page begins, null for the first page. */
export type FilesQuery = FilesFilter & {
  sort: `${'' | '-'}${SortField}`
  limit: number
  cursor: string | null
}
export type FilesPageData = { entries: FileEntry[]; next: string | null; total: number }

/** The cursor inside `Link: <…?cursor=X>; rel="next"`, or null on the last page. */
export const nextCursor = (link: string | null): string | null => {
  const target = link?.match(/<([^>]*)>\s*;\s*rel="?next"?/)?.[1]
  return target === undefined ? null : new URL(target, 'http://localhost').searchParams.get('cursor')
}

const DAYS = { day: 1, week: 7, month: 30 } as const
const DAY_MS = 24 * 3600 * 1000

const sinceTime = (since: FilesFilter['since'], now: number): string =>
  since === '' ? '' : new Date(now - DAYS[since] * DAY_MS).toISOString()

/** Only what says something stands in the address. */
const filled = (params: Record<string, string | number | null>) =>
  Object.fromEntries(Object.entries(params).filter(([, value]) => value !== '' && value !== null))

const listTag = { type: 'File', id: 'LIST' } as const
const accessPath = (id: string, username: string) =>
  `/files/${encodeURIComponent(id)}/access/${encodeURIComponent(username)}`
const idTag = (id: string) => ({ type: 'File', id }) as const

export const filesApi = baseApi.injectEndpoints({
  endpoints: (build) => ({
    listFiles: build.query<FilesPageData, FilesQuery>({
      query: ({ since, ...asked }) => ({
        url: '/files',
        params: filled({ ...asked, since: sinceTime(since, Date.now()) }),
      }),
      transformResponse: (entries: FileEntry[], meta) => {
        const headers = meta?.response?.headers
        return {
          entries,
          next: nextCursor(headers?.get('Link') ?? null),
          total: Number(headers?.get('X-Total-Count') ?? entries.length),
        }
      },
      providesTags: [listTag],
    }),
    /** Files with the same bytes, the newest first. */
    findTwins: build.query<FileEntry[], string>({
      query: (sha256) => ({ url: '/files', params: { sha256, limit: 10 } }),
    }),
    getFile: build.query<FileDetail, string>({
      query: (id) => ({ url: `/files/${encodeURIComponent(id)}`, responseHandler: exactAnswer }),
      providesTags: (_, __, id) => [idTag(id)],
    }),
    getRejects: build.infiniteQuery<Rejects, string, string | null>({
      infiniteQueryOptions: { initialPageParam: null, getNextPageParam: (last) => last.next },
      query: ({ queryArg: id, pageParam }) => ({
        url: `/files/${encodeURIComponent(id)}/rejects`,
        params: { limit: 200, ...(pageParam && { cursor: pageParam }) },
      }),
      providesTags: (_, __, id) => [idTag(id)],
    }),
    patchFile: build.mutation<FileEntry, { id: string; name?: string; shared?: boolean; tags?: string[] }>({
      query: ({ id, ...body }) => ({ url: `/files/${encodeURIComponent(id)}`, method: 'PATCH', body }),
      invalidatesTags: (_, error, { id }) => (error ? [] : [listTag, idTag(id)]),
    }),
    /** What the server does without, null when it is in order; what it cannot do without is its error. */
    health: build.query<string | null, void>({
      query: () => '/readyz',
      transformResponse: (health: { status: string; detail?: string | null }) =>
        health.status === 'degraded' ? (health.detail ?? null) : null,
    }),
    /** Who may look at a file or change its rows; `*` is everybody. Only its owner may ask. */
    listAccess: build.query<Given[], string>({
      query: (id) => `/files/${encodeURIComponent(id)}/access`,
      providesTags: (_, __, id) => [idTag(id)],
    }),
    giveAccess: build.mutation<Given, { id: string } & Given>({
      query: ({ id, username, role }) => ({ url: accessPath(id, username), method: 'PUT', body: { role } }),
      invalidatesTags: (_, error, { id }) => (error ? [] : [listTag, idTag(id)]),
    }),
    takeAccess: build.mutation<void, { id: string; username: string }>({
      query: ({ id, username }) => ({ url: accessPath(id, username), method: 'DELETE' }),
      invalidatesTags: (_, error, { id }) => (error ? [] : [listTag, idTag(id)]),
    }),
    /** Has the server get a file from the web; its row is an upload's. */
    fetchFile: build.mutation<FileEntry, { url: string; name?: string }>({
      query: (body) => ({ url: '/fetch', method: 'POST', body }),
      invalidatesTags: (_, error) => (error ? [] : [listTag]),
    }),
    deleteFile: build.mutation<void, string>({
      query: (id) => ({ url: `/files/${encodeURIComponent(id)}`, method: 'DELETE' }),
      invalidatesTags: [listTag],
    }),
  }),
})

export const {
  useFetchFileMutation,
  useListFilesQuery,
  useGetFileQuery,
  useGetRejectsInfiniteQuery,
  usePatchFileMutation,
  useHealthQuery,
  useListAccessQuery,
  useGiveAccessMutation,
  useTakeAccessMutation,
} = filesApi
export const contentUrl = (id: string) => apiUrl(`/files/${encodeURIComponent(id)}/content`)
export const rejectsCsvUrl = (id: string) => apiUrl(`/files/${encodeURIComponent(id)}/rejects?format=csv`)
