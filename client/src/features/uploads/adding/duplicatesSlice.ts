import { createSlice, type PayloadAction, type WithSlice } from '@reduxjs/toolkit'
import { signedOut } from '../../../api/session'
import type { Target } from '../types'

/** A chosen file whose bytes the server has already; `key` finds the File that waits for an answer. */
export type Duplicate = {
  key: string
  name: string
  fileId: string
  datasetId: string | null
  uploadedAt: string
  /** The table that the rows were meant for; it has them already. */
  target: Target | null
}

const duplicates = createSlice({
  name: 'duplicates',
  initialState: [] as Duplicate[],
  reducers: {
    duplicatesFound: (state, { payload }: PayloadAction<Duplicate[]>) => [...state, ...payload],
    duplicateAnswered: (state, { payload }: PayloadAction<string>) =>
      state.filter(({ key }) => key !== payload),
  },
  extraReducers: (build) => build.addCase(signedOut, () => []),
  selectors: { selectDuplicates: (state) => state },
})

export const { duplicatesFound, duplicateAnswered } = duplicates.actions
export const { selectDuplicates } = duplicates.selectors
export const duplicatesSlice = duplicates

declare module '../../../store/state' {
  interface RootState extends WithSlice<typeof duplicatesSlice> {}
}
