import { createSlice, type PayloadAction, type WithSlice } from '@reduxjs/toolkit'
import type { Announced } from '../../api/events'
import { signedOut } from '../../api/session'
import type { FileEntry, Role } from '../../api/types'

/** Something that happened while nobody had to look. `at` is epoch milliseconds. */
export type Notice = {
  id: string
  kind: 'shared' | 'done' | 'failed' | 'announced'
  /** Empty when the file cannot be opened from here. */
  fileId: string
  name: string
  owner: string
  role: Role
  rows: number | null
  rejects: number
  at: number
  read: boolean
}

const MOST = 50

const noticeOf = (kind: Notice['kind'], entry: FileEntry): Notice => ({
  id: `${kind}-${entry.id}`,
  kind,
  fileId: entry.id,
  name: entry.name,
  owner: entry.owner,
  role: entry.role,
  rows: entry.row_count,
  rejects: entry.reject_count,
  at: Date.now(),
  read: false,
})

export const noticeOfShared = (entry: FileEntry): Notice => noticeOf('shared', entry)
/** What is known of a file that cannot be seen: whose and which, or only that there is one. One for each owner, the newest. */
export const noticeOfAnnounced = ({ owner, name, at }: Announced): Notice => ({
  id: `announced-${owner ?? ''}`,
  kind: 'announced',
  fileId: '',
  name: name ?? '',
  owner: owner ?? '',
  role: 'view',
  rows: null,
  rejects: 0,
  at: Date.parse(at),
  read: false,
})
export const noticeOfFinished = (entry: FileEntry): Notice =>
  noticeOf(entry.status === 'error' ? 'failed' : 'done', entry)

/** The newest first, and only so many; the same one does not come twice. */
const merged = (state: Notice[], added: Notice): Notice[] =>
  [added, ...state.filter(({ id }) => id !== added.id)].slice(0, MOST)

const notices = createSlice({
  name: 'notices',
  initialState: [] as Notice[],
  reducers: {
    noticed: (state, { payload }: PayloadAction<Notice>) => merged(state, payload),
    noticesLoaded: (_, { payload }: PayloadAction<Notice[]>) => payload,
    noticesRead: (state) => {
      for (const notice of state) notice.read = true
    },
    noticesCleared: () => [],
  },
  extraReducers: (build) => build.addCase(signedOut, () => []),
  selectors: {
    selectNotices: (state) => state,
    selectUnread: (state) => state.filter(({ read }) => !read).length,
  },
})

export const { noticed, noticesLoaded, noticesRead, noticesCleared } = notices.actions
export const { selectNotices, selectUnread } = notices.selectors
export const noticesSlice = notices

declare module '../../store/state' {
  interface RootState extends WithSlice<typeof noticesSlice> {}
}
