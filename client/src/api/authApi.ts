import { text } from '../i18n/language'
import { toastNote, toastProblem } from '../shared/toast'
import type { ApiDispatch, ApiState } from './apiState'
import { baseApi } from './baseApi'
import type { Problem } from './problem'
import { signedIn, signedOut } from './session'
import { tellTabs } from './tabs'
import type { SessionRef, SignInWays, Usage, User } from './types'

/**
 * Makes this tab one of `user`, or of nobody. What belongs to another account is torn down first: nothing of it
 * can be seen or goes on under the new one.
 */
export const sessionIs =
  (user: User | null) =>
  (dispatch: ApiDispatch, getState: () => ApiState): void => {
    const { status, user: mine } = getState().session
    if (user?.id === mine?.id && status === (user ? 'in' : 'out')) return
    const another = mine !== null && mine.id !== user?.id
    if (another || user === null) {
      dispatch(signedOut())
      dispatch(baseApi.util.resetApiState())
    }
    if (user === null) return
    dispatch(signedIn(user))
    if (another) toastNote(text().auth.switched(user.username))
    else if (status === 'expired') dispatch(baseApi.util.invalidateTags(['File', 'Dataset']))
  }

type Credentials = { username: string; password: string }

export const authApi = baseApi.injectEndpoints({
  endpoints: (build) => ({
    me: build.query<User, void>({
      query: () => '/me',
      keepUnusedDataFor: 0,
      onQueryStarted: async (_, { dispatch, queryFulfilled }) => {
        const answer = await queryFulfilled.catch(() => null)
        if (answer) dispatch(sessionIs(answer.data))
      },
    }),
    /** How one may sign in here. */
    signInWays: build.query<SignInWays, void>({ query: () => '/auth/methods' }),
    login: build.mutation<{ user: User }, Credentials>({
      query: (body) => ({ url: '/login', method: 'POST', body }),
      onQueryStarted: async (_, { dispatch, queryFulfilled }) => {
        const answer = await queryFulfilled.catch(() => null)
        if (answer === null) return
        dispatch(sessionIs(answer.data.user))
        tellTabs(answer.data.user)
      },
    }),
    register: build.mutation<User, Credentials>({
      query: (body) => ({ url: '/register', method: 'POST', body }),
    }),
    /** Where the account is signed in; `current` is here. */
    listSessions: build.query<SessionRef[], void>({
      query: () => '/auth/sessions',
      providesTags: ['Session'],
    }),
    /** Without an id: all but this one. */
    endSessions: build.mutation<void, string | null>({
      query: (id) => ({
        url: id === null ? '/auth/sessions' : `/auth/sessions/${encodeURIComponent(id)}`,
        method: 'DELETE',
      }),
      invalidatesTags: ['Session'],
    }),
    changePassword: build.mutation<void, { old: string; new: string }>({
      query: (body) => ({ url: '/auth/password', method: 'POST', body }),
      invalidatesTags: ['Session'],
    }),
    /** What is stored, and how much may be. */
    usage: build.query<Usage, void>({ query: () => '/usage' }),
    logout: build.mutation<void, void>({
      query: () => ({ url: '/logout', method: 'POST' }),
      onQueryStarted: async (_, { dispatch, queryFulfilled }) => {
        const failure = await queryFulfilled.then(
          () => null,
          ({ error }) => error as Problem,
        )
        // Not heard by the server, the session lives on: nobody must believe that it has ended.
        if (failure !== null && failure.status !== 401)
          return void toastProblem(text().auth.stillIn, failure.detail)
        dispatch(sessionIs(null))
        tellTabs(null)
      },
    }),
  }),
})

export const {
  useSignInWaysQuery,
  useLoginMutation,
  useRegisterMutation,
  useLogoutMutation,
  useMeQuery,
  useListSessionsQuery,
  useEndSessionsMutation,
  useChangePasswordMutation,
  useUsageQuery,
} = authApi

const RETRY_MS = 2000

/** Asks who is signed in, again and again while the server does not answer. */
export const bootSession =
  () =>
  async (dispatch: ApiDispatch, getState: () => ApiState): Promise<void> => {
    const ask = authApi.endpoints.me.initiate(undefined, { subscribe: false, forceRefetch: true })
    const { error } = await dispatch(ask)
    if (getState().session.status !== 'unknown') return
    if (error && 'status' in error && error.status === 401) dispatch(signedOut())
    else setTimeout(() => void dispatch(bootSession()), RETRY_MS)
  }

/** For so long an answer counts: many uploads that begin together ask once. */
const FRESH_MS = 1000
let checked: { at: number; answer: Promise<unknown> } | null = null

/** Finds out whose session the browser has now; another tab, or whoever has the cookies, may have changed it. */
export const checkSession =
  () =>
  async (dispatch: ApiDispatch): Promise<void> => {
    const now = Date.now()
    if (checked === null || now - checked.at > FRESH_MS) {
      const ask = authApi.endpoints.me.initiate(undefined, { subscribe: false, forceRefetch: true })
      checked = { at: now, answer: dispatch(ask) }
    }
    await checked.answer
  }
