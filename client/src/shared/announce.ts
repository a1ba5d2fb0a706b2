import { createSlice, type PayloadAction } from '@reduxjs/toolkit'

/** The sentence that the live region holds; screen readers speak it when it changes. */
const announcement = createSlice({
  name: 'announcement',
  initialState: { text: '' },
  reducers: {
    announced: (state, { payload }: PayloadAction<string>) => {
      state.text = payload
    },
  },
  selectors: { selectAnnouncement: (state) => state.text },
})

export const { announced } = announcement.actions
export const { selectAnnouncement } = announcement.selectors
export const announcementSlice = announcement
