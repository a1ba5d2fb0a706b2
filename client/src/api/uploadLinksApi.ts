import { baseApi } from './baseApi'
import type { NewUploadLink, OpenUploadLink, ShownUploadLink, UploadLinkRef } from './types'

const ROOT = '/upload-links'

export const uploadLinksApi = baseApi.injectEndpoints({
  endpoints: (build) => ({
    /** The own upload links, the newest first; their addresses are not known any more. */
    listUploadLinks: build.query<UploadLinkRef[], void>({
      query: () => ROOT,
      providesTags: ['UploadLink'],
      keepUnusedDataFor: 0,
    }),
    /** The answer alone has the addresses of the link. */
    makeUploadLink: build.mutation<ShownUploadLink, NewUploadLink>({
      query: (body) => ({ url: ROOT, method: 'POST', body }),
      invalidatesTags: (_, error) => (error ? [] : ['UploadLink']),
    }),
    removeUploadLink: build.mutation<void, string>({
      query: (id) => ({ url: `${ROOT}/${encodeURIComponent(id)}`, method: 'DELETE' }),
      invalidatesTags: ['UploadLink'],
    }),
    /** What whoever has an upload link may know of it; whoever is signed in beside it has nothing to do with it. */
    readUploadLink: build.query<OpenUploadLink, string>({
      query: (token) => ({ url: `/u/${encodeURIComponent(token)}`, credentials: 'omit' }),
      keepUnusedDataFor: 0,
    }),
  }),
})

export const {
  useListUploadLinksQuery,
  useMakeUploadLinkMutation,
  useRemoveUploadLinkMutation,
  useReadUploadLinkQuery,
} = uploadLinksApi
