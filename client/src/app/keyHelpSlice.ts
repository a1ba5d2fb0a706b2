import { createSlice, type PayloadAction, type WithSlice } from '@reduxjs/toolkit'

/** Whether the list of keyboard shortcuts is open. */
const keyHelp = createSlice({
  name: 'keyHelp',
  initialState: false as boolean,
  reducers: { keyHelpTurned: (_, { payload }: PayloadAction<boolean>) => payload },
  selectors: { selectKeyHelp: (state) => state },
})

export const { keyHelpTurned } = keyHelp.actions
export const { selectKeyHelp } = keyHelp.selectors
export const keyHelpSlice = keyHelp

declare module '../store/state' {
  interface RootState extends WithSlice<typeof keyHelpSlice> {}
}
