import { baseApi } from './baseApi'
import type { components } from './schema.gen'

export type View = components['schemas']['ViewRef']
export type NewView = Pick<View, 'name' | 'filter' | 'sort' | 'columns' | 'q' | 'page' | 'shared'>

const path = (id: string) => `/datasets/${encodeURIComponent(id)}/views`
const tag = (id: string) => ({ type: 'View', id }) as const

const viewsApi = baseApi.injectEndpoints({
  endpoints: (build) => ({
    /** Own views of a table, then those that others share. */
    listViews: build.query<View[], string>({
      query: path,
      providesTags: (_, __, id) => [tag(id)],
    }),
    /** Keeps a view, in place of the own one of that name. */
    putView: build.mutation<View, { id: string; view: NewView }>({
      query: ({ id, view }) => ({ url: path(id), method: 'POST', body: view }),
      invalidatesTags: (_, error, { id }) => (error ? [] : [tag(id)]),
    }),
    removeView: build.mutation<void, { id: string; name: string }>({
      query: ({ id, name }) => ({ url: `${path(id)}/${encodeURIComponent(name)}`, method: 'DELETE' }),
      invalidatesTags: (_, __, { id }) => [tag(id)],
    }),
  }),
})

export const { useListViewsQuery, usePutViewMutation, useRemoveViewMutation } = viewsApi
