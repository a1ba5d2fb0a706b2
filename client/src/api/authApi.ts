import type { AppDispatch, RootState } from '../app/store'
import { baseApi } from './baseApi'
import { signedIn, signedOut } from './session'
import type { User } from './types'

type Credentials = { username: string; password: string }

export const authApi = baseApi.injectEndpoints({
  endpoints: (build) => ({
    me: build.query<User, void>({ query: () => '/me', keepUnusedDataFor: 0 }),
    login: build.mutation<{ user: User }, Credentials>({
      query: (body) => ({ url: '/login', method: 'POST', body }),
      onQueryStarted: async (_, { dispatch, queryFulfilled }) => {
        const answer = await queryFulfilled.catch(() => null)
        if (answer === null) return
        dispatch(signedIn(answer.data.user))
        dispatch(baseApi.util.invalidateTags(['File', 'Dataset']))
      },
    }),
    register: build.mutation<User, Credentials>({
      query: (body) => ({ url: '/register', method: 'POST', body }),
    }),
    logout: build.mutation<void, void>({
      query: () => ({ url: '/logout', method: 'POST' }),
      onQueryStarted: async (_, { dispatch, queryFulfilled }) => {
        await queryFulfilled.catch(() => null)
        dispatch(signedOut())
        dispatch(baseApi.util.resetApiState())
      },
    }),
  }),
})

export const { useLoginMutation, useRegisterMutation, useLogoutMutation, useMeQuery } = authApi

const RETRY_MS = 2000

/** Asks who is signed in, again and again while the server does not answer. */
export const bootSession =
  () =>
  async (dispatch: AppDispatch, getState: () => RootState): Promise<void> => {
    const ask = authApi.endpoints.me.initiate(undefined, { subscribe: false, forceRefetch: true })
    const { data, error } = await dispatch(ask)
    if (getState().session.status !== 'unknown') return
    if (data) dispatch(signedIn(data))
    else if (error && 'status' in error && error.status === 401) dispatch(signedOut())
    else setTimeout(() => void dispatch(bootSession()), RETRY_MS)
  }
