import { combineSlices, configureStore } from '@reduxjs/toolkit'
import { baseApi } from '../api/baseApi'
import { connectionSlice } from '../api/connection'
import { liveSlice } from '../api/live'
import { sessionSlice } from '../api/session'
import { removedRowsSlice } from '../features/datasets/removedRowsSlice'
import { hiddenFilesSlice } from '../features/files/hiddenFilesSlice'
import { noticesSlice } from '../features/notices/noticesSlice'
import type { UploadEngine } from '../features/uploads/commands'
import { duplicatesSlice } from '../features/uploads/duplicatesSlice'
import { uploadsSlice } from '../features/uploads/uploadsSlice'
import { announcementSlice } from '../shared/announce'
import { keyHelpSlice } from './keyHelpSlice'
import { createListeners } from './listeners'

const rootReducer = combineSlices(
  baseApi,
  sessionSlice,
  connectionSlice,
  liveSlice,
  uploadsSlice,
  duplicatesSlice,
  hiddenFilesSlice,
  removedRowsSlice,
  announcementSlice,
  noticesSlice,
  keyHelpSlice,
)

/** What thunks may reach besides the state: the signed-in user's upload engine, which holds the Files. */
export type Extra = { uploads: { current: UploadEngine | null } }

export const makeStore = (extra: Extra = { uploads: { current: null } }) =>
  configureStore({
    reducer: rootReducer,
    middleware: (defaults) =>
      defaults({ thunk: { extraArgument: extra } })
        .prepend(createListeners(extra))
        .concat(baseApi.middleware),
  })

export type AppStore = ReturnType<typeof makeStore>
export type AppDispatch = AppStore['dispatch']
export type RootState = ReturnType<typeof rootReducer>
