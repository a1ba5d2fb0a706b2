import { baseApi } from './baseApi'
import type { components } from './schema.gen'

type Schemas = components['schemas']

export type KeyRef = Schemas['KeyRef']
export type ShownKey = Schemas['ShownKey']

const keys = { type: 'Session', id: 'keys' } as const

/** API keys of the account, for commands and programs. */
export const keysApi = baseApi.injectEndpoints({
  endpoints: (build) => ({
    listKeys: build.query<KeyRef[], void>({ query: () => '/auth/api-keys', providesTags: [keys] }),
    /** The key itself comes this once. */
    addKey: build.mutation<ShownKey, string>({
      query: (name) => ({ url: '/auth/api-keys', method: 'POST', body: { name } }),
      invalidatesTags: [keys],
    }),
    removeKey: build.mutation<void, string>({
      query: (id) => ({ url: `/auth/api-keys/${encodeURIComponent(id)}`, method: 'DELETE' }),
      invalidatesTags: [keys],
    }),
  }),
})

export const { useListKeysQuery, useAddKeyMutation, useRemoveKeyMutation } = keysApi
