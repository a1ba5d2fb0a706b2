import { createSlice, type PayloadAction } from '@reduxjs/toolkit'
import type { User } from './types'

/**
 * `unknown` until the server was asked; `expired` keeps the user, so that the page stays as it is
 * under the sign-in dialog and uploads wait instead of failing. `linked` is the page of a link, which has no
 * account and shows one file: no page becomes another kind, since a link is opened by its address.
 */
export type SessionState = {
  status: 'unknown' | 'in' | 'out' | 'expired' | 'linked'
  user: User | null
  /** Nobody was signed in on this page at some time before. */
  wasOut: boolean
  /** What the page of a link shows itself with; null on every other page, and when the link is over. */
  linkToken: string | null
}

const initialState: SessionState = { status: 'unknown', user: null, wasOut: false, linkToken: null }

const session = createSlice({
  name: 'session',
  initialState: initialState as SessionState,
  reducers: {
    signedIn: ({ wasOut }, action: PayloadAction<User>): SessionState => ({
      status: 'in',
      user: action.payload,
      wasOut,
      linkToken: null,
    }),
    signedOut: (): SessionState => ({ ...initialState, status: 'out', wasOut: true }),
    sessionExpired: (state) => {
      if (state.status === 'in' || state.status === 'linked') state.status = 'expired'
      state.linkToken = null
    },
    linkOpened: (_, action: PayloadAction<string>): SessionState => ({
      ...initialState,
      status: 'linked',
      linkToken: action.payload,
    }),
  },
  selectors: {
    selectSession: (state) => state,
    selectUser: (state) => state.user,
    selectSessionStatus: (state) => state.status,
    /** Whether the server shows anything: somebody is signed in, or has opened a link. */
    selectMayAsk: ({ status }) => status === 'in' || status === 'linked',
    selectIsLinked: ({ status }) => status === 'linked',
    selectLinkToken: (state) => state.linkToken,
  },
})

export const { signedIn, signedOut, sessionExpired, linkOpened } = session.actions
export const {
  selectSession,
  selectUser,
  selectSessionStatus,
  selectMayAsk,
  selectIsLinked,
  selectLinkToken,
} = session.selectors
export const sessionSlice = session
