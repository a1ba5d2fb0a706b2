import { createSlice, type PayloadAction, type WithSlice } from '@reduxjs/toolkit'
import { fileGone } from '../api/live'
import { signedOut } from '../api/session'
import type { Drawn, Surface } from './shownStatus'

type Painted = { id: string; surface: Surface; at: number }

const NOTHING: Drawn = {}

/** What a person has seen of each file's status: nothing of this comes from the server. */
const drawn = createSlice({
  name: 'drawn',
  initialState: {} as Record<string, Drawn>,
  reducers: {
    processingDrawn: {
      prepare: (id: string, surface: Surface) => ({ payload: { id, surface, at: Date.now() } }),
      reducer: (state, { payload: { id, surface, at } }: PayloadAction<Painted>) => {
        const file = state[id] ?? {}
        file[surface] ??= at
        state[id] = file
      },
    },
  },
  extraReducers: (build) =>
    build
      .addCase(signedOut, () => ({}))
      .addCase(fileGone, (state, { payload }) => {
        delete state[payload]
      }),
  selectors: { selectDrawn: (state, id: string | null): Drawn => (id && state[id]) || NOTHING },
})

export const { processingDrawn } = drawn.actions
export const { selectDrawn } = drawn.selectors
export const drawnSlice = drawn

declare module '../store/state' {
  interface RootState extends WithSlice<typeof drawnSlice> {}
}
