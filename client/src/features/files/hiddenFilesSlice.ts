import { createSlice, type PayloadAction, type WithSlice } from '@reduxjs/toolkit'
import { signedOut } from '../../api/session'

/** Files taken out of the table while their deletion can still be undone. */
const hiddenFiles = createSlice({
  name: 'hiddenFiles',
  initialState: [] as string[],
  reducers: {
    filesHidden: (state, { payload }: PayloadAction<string[]>) => [...state, ...payload],
    filesShown: (state, { payload }: PayloadAction<string[]>) => state.filter((id) => !payload.includes(id)),
  },
  extraReducers: (build) => build.addCase(signedOut, () => []),
  selectors: { selectHiddenFiles: (state) => state },
})

export const { filesHidden, filesShown } = hiddenFiles.actions
export const { selectHiddenFiles } = hiddenFiles.selectors
export const hiddenFilesSlice = hiddenFiles

declare module '../../store/state' {
  interface RootState extends WithSlice<typeof hiddenFilesSlice> {}
}
