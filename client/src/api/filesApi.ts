import { baseApi } from './baseApi'
import type { FileDetail, FileEntry, FileStatus, Rejects } from './types'

export type SortField = 'uploaded_at' | 'name' | 'size' | 'row_count' | 'status'
export type FilesQuery = {
  sort: `${'' | '-'}${SortField}`
  status: FileStatus | ''
  q: string
  limit: number
}
export type FilesPageData = { entries: FileEntry[]; next: string | null; total: number }

/** The cursor inside `Link: <…?cursor=X>; rel="next"`, or null on the last page. */
export const nextCursor = (link: string | null): string | null => {
  const target = link?.match(/<([^>]*)>\s*;\s*rel="?next"?/)?.[1]
  return target === undefined ? null : new URL(target, 'http://localhost').searchParams.get('cursor')
}

const listTag = { type: 'File', id: 'LIST' } as const
const idTag = (id: string) => ({ type: 'File', id }) as const

export const filesApi = baseApi.injectEndpoints({
  endpoints: (build) => ({
    listFiles: build.infiniteQuery<FilesPageData, FilesQuery, string | null>({
      infiniteQueryOptions: { initialPageParam: null, getNextPageParam: (last) => last.next },
      query: ({ queryArg: { sort, status, q, limit }, pageParam }) => ({
        url: '/files',
        params: {
          limit,
          sort,
          ...(status && { status }),
          ...(q && { q }),
          ...(pageParam && { cursor: pageParam }),
        },
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
    getFile: build.query<FileDetail, string>({
      query: (id) => `/files/${encodeURIComponent(id)}`,
      providesTags: (_, __, id) => [idTag(id)],
    }),
    getRejects: build.query<Rejects, string>({
      query: (id) => `/files/${encodeURIComponent(id)}/rejects`,
      providesTags: (_, __, id) => [idTag(id)],
    }),
    patchFile: build.mutation<FileEntry, { id: string; name?: string; shared?: boolean }>({
      query: ({ id, ...body }) => ({ url: `/files/${encodeURIComponent(id)}`, method: 'PATCH', body }),
      invalidatesTags: (_, error, { id }) => (error ? [] : [listTag, idTag(id)]),
    }),
    deleteFile: build.mutation<void, string>({
      query: (id) => ({ url: `/files/${encodeURIComponent(id)}`, method: 'DELETE' }),
      invalidatesTags: [listTag],
    }),
  }),
})

export const { useListFilesInfiniteQuery, useGetFileQuery, useGetRejectsQuery, usePatchFileMutation } =
  filesApi
export const contentUrl = (id: string) => `/api/files/${encodeURIComponent(id)}/content`
export const rejectsCsvUrl = (id: string) => `/api/files/${encodeURIComponent(id)}/rejects?format=csv`
