import { datasetsApi, datasetTag } from './datasetsApi'
import type { components } from './schema.gen'
import type { Version } from './types'

export type Difference = components['schemas']['Difference']
/** Rows of each kind that are told. */
const ROWS_MAX = 50

const path = (id: string) => `/datasets/${encodeURIComponent(id)}`

const datasetHistory = datasetsApi.injectEndpoints({
  endpoints: (build) => ({
    getVersions: build.query<Version[], string>({
      query: (id) => `${path(id)}/versions`,
      providesTags: (_, __, id) => [datasetTag(id)],
    }),
    /** How version `to` differs from version `from`, with the first rows that do. */
    getDifference: build.query<Difference, { id: string; from: number; to: number }>({
      query: ({ id, from, to }) => `${path(id)}/versions/${from}/diff/${to}?rows=${ROWS_MAX}`,
      providesTags: (_, __, { id }) => [datasetTag(id)],
    }),
    restoreVersion: build.mutation<unknown, { id: string; version: number }>({
      query: ({ id, version }) => ({ url: `${path(id)}/restore`, method: 'POST', body: { version } }),
      invalidatesTags: (_, error, { id }) => (error ? [] : [datasetTag(id)]),
    }),
  }),
})

export const { useGetVersionsQuery, useGetDifferenceQuery, useRestoreVersionMutation } = datasetHistory
