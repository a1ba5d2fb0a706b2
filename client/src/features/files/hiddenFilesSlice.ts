import { createSlice, type PayloadAction } from '@reduxjs/toolkit'
import { signedOut } from '../../api/session'

/** Files taken out of the table while their deletion can still be undone. */
const hiddenFiles = createSlice({
  name: 'hiddenFiles',
  initialState: [] as string[],
  reducers: {
    fileHidden: (state, { payload }: PayloadAction<string>) => [...state, payload],
    fileShown: (state, { payload }: PayloadAction<string>) => state.filter((id) => id !== payload),
  },
  extraReducers: (build) => build.addCase(signedOut, () => []),
  selectors: { selectHiddenFiles: (state) => state },
})

export const { fileHidden, fileShown } = hiddenFiles.actions
export const { selectHiddenFiles } = hiddenFiles.selectors
export const hiddenFilesSlice = hiddenFiles
