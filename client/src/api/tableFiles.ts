import { baseApi } from './baseApi'
import type { components } from './schema.gen'
import type { Version } from './types'

/** `id` is the table, `fileId` a file that has become one of its own. */
type Order = { id: string; fileId: string }
type Replaced = components['schemas']['ReplacedVersion']

const path = (id: string) => `/datasets/${encodeURIComponent(id)}`
const tags = (id: string) => [
  { type: 'Dataset', id } as const,
  { type: 'File', id } as const,
  { type: 'File', id: 'LIST' } as const,
]

/** What the rows of one file do to the table of another one. Each is a version. */
export const tableFilesApi = baseApi.injectEndpoints({
  endpoints: (build) => ({
    replaceRows: build.mutation<Replaced, Order>({
      query: ({ id, fileId }) => ({
        url: `${path(id)}/replace`,
        method: 'POST',
        body: { file_id: fileId },
      }),
      invalidatesTags: (_, error, { id }) => (error ? [] : tags(id)),
    }),
    appendRows: build.mutation<Version, Order>({
      query: ({ id, fileId }) => ({ url: `${path(id)}/append`, method: 'POST', body: { file_id: fileId } }),
      invalidatesTags: (_, error, { id }) => (error ? [] : tags(id)),
    }),
  }),
})
