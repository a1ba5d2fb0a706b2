import { createSlice, type PayloadAction } from '@reduxjs/toolkit'

/** `stream` is the event stream's state; `online` is what the browser says about the network. */
export type ConnectionState = { stream: 'connecting' | 'live' | 'reconnecting'; online: boolean }

const initialState: ConnectionState = { stream: 'connecting', online: true }

const connection = createSlice({
  name: 'connection',
  initialState: initialState as ConnectionState,
  reducers: {
    streamChanged: (state, { payload }: PayloadAction<ConnectionState['stream']>) => {
      state.stream = payload
    },
    onlineChanged: (state, { payload }: PayloadAction<boolean>) => {
      state.online = payload
    },
  },
  selectors: {
    selectStream: (state) => state.stream,
    selectOnline: (state) => state.online,
  },
})

export const { streamChanged, onlineChanged } = connection.actions
export const { selectStream, selectOnline } = connection.selectors
export const connectionSlice = connection
