import { createSlice, type PayloadAction, type WithSlice } from '@reduxjs/toolkit'
import { signedOut } from '../../api/session'

/** Rows out of sight while their deletion can still be undone: ids by table. */
const removedRows = createSlice({
  name: 'removedRows',
  initialState: {} as Record<string, number[]>,
  reducers: {
    rowRemoved: (state, { payload: { id, rid } }: PayloadAction<{ id: string; rid: number }>) => {
      state[id] = [...(state[id] ?? []), rid]
    },
    rowBack: (state, { payload: { id, rid } }: PayloadAction<{ id: string; rid: number }>) => {
      state[id] = (state[id] ?? []).filter((other) => other !== rid)
    },
  },
  extraReducers: (build) => build.addCase(signedOut, () => ({})),
  selectors: { selectRemovedRows: (state, id: string): number[] | undefined => state[id] },
})

export const { rowRemoved, rowBack } = removedRows.actions
export const { selectRemovedRows } = removedRows.selectors
export const removedRowsSlice = removedRows

declare module '../../store/state' {
  interface RootState extends WithSlice<typeof removedRowsSlice> {}
}
