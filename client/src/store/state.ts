import type { Store, ThunkDispatch, UnknownAction, WithSlice } from '@reduxjs/toolkit'
import type { ApiState } from '../api/apiState'
import type { announcementSlice } from '../shared/announce'

/**
 * What the page knows. Whoever has a slice adds it to this interface beside the slice (declaration merging), so that
 * features find the types of the store below them, and nothing here has to know a feature. `app/store.ts` puts the
 * slices together, and does not compile when one of them is missing.
 */
export interface RootState extends ApiState, WithSlice<typeof announcementSlice> {}

/** What thunks may reach besides the state, added to in the same way: what no action can carry. */
// biome-ignore lint/suspicious/noEmptyInterface: features add to it
export interface Extra {}

export type AppDispatch = ThunkDispatch<RootState, Extra, UnknownAction>
export type AppStore = Store<RootState, UnknownAction> & { dispatch: AppDispatch }
