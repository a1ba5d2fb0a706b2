import {
  type BaseQueryFn,
  createApi,
  type FetchArgs,
  type FetchBaseQueryMeta,
  fetchBaseQuery,
} from '@reduxjs/toolkit/query/react'
import { apiUrl } from '../shared/base'
import { type Problem, problemOf } from './problem'
import { type SessionState, sessionExpired } from './session'

const rawQuery = fetchBaseQuery({ baseUrl: apiUrl(''), credentials: 'same-origin' })

/** Where a wrong password is answered by 401, which says nothing of the session. */
const WITH_PASSWORD = ['login', 'openLink']

/** Pure: the request as somebody with a link makes it: the link alone lets in, whoever is signed in beside it. */
export const withLink = (args: string | FetchArgs, token: string): FetchArgs => {
  const asked = typeof args === 'string' ? { url: args } : args
  const headers = new Headers(asked.headers as HeadersInit | undefined)
  headers.set('Authorization', `Bearer ${token}`)
  return { ...asked, headers, credentials: 'omit' }
}

const linkTokenOf = (state: unknown): string | null => (state as { session: SessionState }).session.linkToken

/** Every refusal becomes a `Problem`; a 401 outside of passwords means that the session, or the link, has ended. */
const baseQuery: BaseQueryFn<string | FetchArgs, unknown, Problem, object, FetchBaseQueryMeta> = async (
  args,
  api,
  extra,
) => {
  const link = linkTokenOf(api.getState())
  const result = await rawQuery(link === null ? args : withLink(args, link), api, extra)
  if (!result.error) return { data: result.data, meta: result.meta }
  const problem = problemOf(result.error, result.meta?.response)
  const isOver = problem.status === 401 && !WITH_PASSWORD.includes(api.endpoint)
  // An answer to the link as it was opened before says nothing of how it is open now.
  if (isOver && linkTokenOf(api.getState()) === link) api.dispatch(sessionExpired())
  return { error: problem, meta: result.meta }
}

export const baseApi = createApi({
  reducerPath: 'api',
  baseQuery,
  tagTypes: ['File', 'Dataset', 'Session', 'Link', 'UploadLink', 'View'],
  // The default waits for every running query, so that one slow preview would hold back the list.
  invalidationBehavior: 'immediately',
  endpoints: () => ({}),
})
