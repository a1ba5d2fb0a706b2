import { combineSlices, configureStore, type Reducer } from '@reduxjs/toolkit'
import { baseApi } from '../api/baseApi'
import { connectionSlice } from '../api/connection'
import { liveSlice } from '../api/live'
import { sessionSlice } from '../api/session'
import { drawnSlice } from '../display/drawnSlice'
import { editStackSlice } from '../features/datasets/editStackSlice'
import { removedRowsSlice } from '../features/datasets/removedRowsSlice'
import { unsavedSlice } from '../features/datasets/unsavedSlice'
import { hiddenFilesSlice } from '../features/files/hiddenFilesSlice'
import { noticesSlice } from '../features/notices/noticesSlice'
import { duplicatesSlice } from '../features/uploads/adding/duplicatesSlice'
import { sameNameSlice } from '../features/uploads/sameNameSlice'
import { uploadsSlice } from '../features/uploads/uploadsSlice'
import { announcementSlice } from '../shared/announce'
import type { AppStore, Extra, RootState } from '../store/state'
import { keyHelpSlice } from './keyHelpSlice'
import { createListeners } from './listeners'

const rootReducer: Reducer<RootState> = combineSlices(
  baseApi,
  sessionSlice,
  connectionSlice,
  liveSlice,
  uploadsSlice,
  duplicatesSlice,
  sameNameSlice,
  hiddenFilesSlice,
  removedRowsSlice,
  editStackSlice,
  unsavedSlice,
  announcementSlice,
  drawnSlice,
  noticesSlice,
  keyHelpSlice,
)

export const makeStore = (
  extra: Extra = { uploads: { current: null }, uploadLeaders: new Map() },
): AppStore =>
  configureStore({
    reducer: rootReducer,
    middleware: (defaults) =>
      defaults({ thunk: { extraArgument: extra } })
        .prepend(createListeners(extra))
        .concat(baseApi.middleware),
  })
