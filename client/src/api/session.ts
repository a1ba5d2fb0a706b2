import { createSlice, type PayloadAction } from '@reduxjs/toolkit'
import type { User } from './types'

/**
 * `unknown` until the server was asked; `expired` keeps the user, so that the page stays as it is
 * under the sign-in dialog and uploads wait instead of failing.
 */
export type SessionState = {
  status: 'unknown' | 'in' | 'out' | 'expired'
  user: User | null
  /** Nobody was signed in on this page at some time before. */
  wasOut: boolean
}

const initialState: SessionState = { status: 'unknown', user: null, wasOut: false }

const session = createSlice({
  name: 'session',
  initialState: initialState as SessionState,
  reducers: {
    signedIn: ({ wasOut }, action: PayloadAction<User>): SessionState => ({
      status: 'in',
      user: action.payload,
      wasOut,
    }),
    signedOut: (): SessionState => ({ status: 'out', user: null, wasOut: true }),
    sessionExpired: (state) => {
      if (state.status === 'in') state.status = 'expired'
    },
  },
  selectors: {
    selectSession: (state) => state,
    selectUser: (state) => state.user,
    selectSessionStatus: (state) => state.status,
  },
})

export const { signedIn, signedOut, sessionExpired } = session.actions
export const { selectSession, selectUser, selectSessionStatus } = session.selectors
export const sessionSlice = session
