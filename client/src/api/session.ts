import { createSlice, type PayloadAction } from '@reduxjs/toolkit'
import type { User } from './types'

/**
 * `unknown` until the server was asked; `expired` keeps the user, so that the page stays as it is
 * under the sign-in dialog and uploads wait instead of failing.
 */
export type SessionState = { status: 'unknown' | 'in' | 'out' | 'expired'; user: User | null }

const initialState: SessionState = { status: 'unknown', user: null }

const session = createSlice({
  name: 'session',
  initialState: initialState as SessionState,
  reducers: {
    signedIn: (_, action: PayloadAction<User>): SessionState => ({ status: 'in', user: action.payload }),
    signedOut: (): SessionState => ({ status: 'out', user: null }),
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
