import { datasetsApi, datasetTag } from './datasetsApi'
import type { Version } from './types'

const path = (id: string) => `/datasets/${encodeURIComponent(id)}`

const datasetHistory = datasetsApi.injectEndpoints({
  endpoints: (build) => ({
    getVersions: build.query<Version[], string>({
      query: (id) => `${path(id)}/versions`,
      providesTags: (_, __, id) => [datasetTag(id)],
    }),
    restoreVersion: build.mutation<unknown, { id: string; version: number }>({
      query: ({ id, version }) => ({ url: `${path(id)}/restore`, method: 'POST', body: { version } }),
      invalidatesTags: (_, error, { id }) => (error ? [] : [datasetTag(id)]),
    }),
  }),
})

export const { useGetVersionsQuery, useRestoreVersionMutation } = datasetHistory
