import type { Store, ThunkDispatch, UnknownAction, WithSlice } from '@reduxjs/toolkit'
import type { baseApi } from './baseApi'
import type { connectionSlice } from './connection'
import type { liveSlice } from './live'
import type { sessionSlice } from './session'

/** The part of the state that this layer reads and writes; the page's whole state has it too. */
export type ApiState = WithSlice<typeof baseApi> &
  WithSlice<typeof sessionSlice> &
  WithSlice<typeof connectionSlice> &
  WithSlice<typeof liveSlice>

/** Takes this layer's thunks; the page's own store and dispatch are of these types as well. */
export type ApiDispatch = ThunkDispatch<ApiState, unknown, UnknownAction>
export type ApiStore = Store<ApiState, UnknownAction> & { dispatch: ApiDispatch }
