import {
  type BaseQueryFn,
  createApi,
  type FetchArgs,
  type FetchBaseQueryMeta,
  fetchBaseQuery,
} from '@reduxjs/toolkit/query/react'
import { apiUrl } from '../shared/base'
import { type Problem, problemOf } from './problem'
import { sessionExpired } from './session'

const rawQuery = fetchBaseQuery({ baseUrl: apiUrl(''), credentials: 'same-origin' })

/** Every refusal becomes a `Problem`; a 401 outside of signing in means that the session has ended. */
const baseQuery: BaseQueryFn<string | FetchArgs, unknown, Problem, object, FetchBaseQueryMeta> = async (
  args,
  api,
  extra,
) => {
  const result = await rawQuery(args, api, extra)
  if (!result.error) return { data: result.data, meta: result.meta }
  const problem = problemOf(result.error, result.meta?.response)
  if (problem.status === 401 && api.endpoint !== 'login') api.dispatch(sessionExpired())
  return { error: problem, meta: result.meta }
}

export const baseApi = createApi({
  reducerPath: 'api',
  baseQuery,
  tagTypes: ['File', 'Dataset', 'Session'],
  // The default waits for every running query, so that one slow preview would hold back the list.
  invalidationBehavior: 'immediately',
  endpoints: () => ({}),
})
