import { baseApi } from './baseApi'
import type { LinkedFile, LinkRef, NewLink, OpenedLink, ShownLink } from './types'

const linksPath = (fileId: string) => `/files/${encodeURIComponent(fileId)}/links`
const linkPath = (token: string) => `/links/${encodeURIComponent(token)}`
const tag = (fileId: string) => ({ type: 'Link', id: fileId }) as const

/** Asked on the page of a link: whoever is signed in beside it has nothing to do with it. */
const ANYBODY = { credentials: 'omit' } as const

export const linksApi = baseApi.injectEndpoints({
  endpoints: (build) => ({
    /** The links to an own file, the newest first; their addresses are not known any more. */
    listLinks: build.query<LinkRef[], string>({
      query: linksPath,
      providesTags: (_, __, fileId) => [tag(fileId)],
    }),
    /** The answer alone has the address of the link. */
    makeLink: build.mutation<ShownLink, { fileId: string } & NewLink>({
      query: ({ fileId, ...body }) => ({ url: linksPath(fileId), method: 'POST', body }),
      invalidatesTags: (_, error, { fileId }) => (error ? [] : [tag(fileId)]),
    }),
    removeLink: build.mutation<void, { fileId: string; id: string }>({
      query: ({ fileId, id }) => ({
        url: `${linksPath(fileId)}/${encodeURIComponent(id)}`,
        method: 'DELETE',
      }),
      invalidatesTags: (_, __, { fileId }) => [tag(fileId)],
    }),
    /** Where a link leads, and whether it asks for a password first. */
    readLink: build.query<LinkedFile, string>({
      query: (token) => ({ url: linkPath(token), ...ANYBODY }),
      keepUnusedDataFor: 0,
    }),
    /** A token for an hour, for the password of a link. */
    openLink: build.mutation<OpenedLink, { token: string; password: string }>({
      query: ({ token, password }) => ({
        url: `${linkPath(token)}/open`,
        method: 'POST',
        body: { password },
        ...ANYBODY,
      }),
    }),
  }),
})

export const {
  useListLinksQuery,
  useMakeLinkMutation,
  useRemoveLinkMutation,
  useReadLinkQuery,
  useOpenLinkMutation,
} = linksApi
