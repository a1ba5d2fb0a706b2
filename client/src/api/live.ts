import { createSlice, isAnyOf, type PayloadAction } from '@reduxjs/toolkit'
import { filesApi } from './filesApi'
import { signedOut } from './session'
import type { FileEntry, FileProgress, FileStatus, Role } from './types'

/**
 * The newest word about a file, from whichever source spoke last: events, lists, or this tab's upload.
 * `processingSince` is when this tab first had Processing to show (milliseconds), null when the file
 * was already finished the first time that it was seen.
 */
export type LiveFile = {
  status: FileStatus
  progress: number
  stored: number
  rows: number
  processingSince: number | null
  watched: boolean
  /** When bytes of it came last, as far as this tab knows (milliseconds). */
  movedAt: number | null
  error: FileEntry['error']
  role: Role | null
  /** What it is called, null while no entry has come. */
  name: string | null
  /** What it was sent as where that is not its name: with escapes, as the server tells it. */
  sentAs: string | null
}
type LiveState = Record<string, LiveFile>
type Seen = {
  id: string
  status: FileStatus
  progress: number
  stored: number
  rows?: number
  error?: FileEntry['error']
  role?: Role
  name?: string
  sentAs?: string | null
  at: number
}

export const isFinished = (status: FileStatus) => status === 'done' || status === 'error'

/** Pure: what is known after `seen`. A file watched before it finished passes through Processing. */
export const noteSeen = (before: LiveFile | undefined, seen: Seen, isNew = false): LiveFile => {
  const watched = (before?.watched ?? false) || isNew || !isFinished(seen.status)
  // Old news can come again after a lost connection: what was finished already stays as it is.
  const starts = watched && seen.status !== 'uploading' && !(before && isFinished(before.status))
  const moved = isNew || (before !== undefined && seen.stored > before.stored)
  const since = before?.processingSince ?? (starts ? seen.at : null)
  return {
    status: seen.status,
    progress: Math.max(before?.progress ?? 0, seen.progress),
    stored: Math.max(before?.stored ?? 0, seen.stored),
    rows: Math.max(before?.rows ?? 0, seen.rows ?? 0),
    processingSince: since,
    watched,
    movedAt: moved ? seen.at : (before?.movedAt ?? null),
    error: seen.error ?? before?.error ?? null,
    role: seen.role ?? before?.role ?? null,
    name: seen.name ?? before?.name ?? null,
    sentAs: seen.sentAs === undefined ? (before?.sentAs ?? null) : seen.sentAs,
  }
}

const sentAs = ({ warnings }: FileEntry): string | null =>
  warnings.find(({ code }) => code === 'name_changed')?.text ?? null

const ofEntry = (entry: FileEntry, at: number): Seen => ({
  id: entry.id,
  status: entry.status,
  progress: entry.progress,
  stored: entry.offset,
  error: entry.error,
  role: entry.role,
  name: entry.name,
  sentAs: sentAs(entry),
  at,
})

/** A reply may be older than an event that overtook it: it cannot make a finished file unfinished. */
const noteReply = (before: LiveFile | undefined, entry: FileEntry, at: number): LiveFile =>
  before && isFinished(before.status) && !isFinished(entry.status)
    ? before
    : noteSeen(before, ofEntry(entry, at))

const live = createSlice({
  name: 'live',
  initialState: {} as LiveState,
  reducers: {
    fileAnnounced: {
      prepare: (entry: FileEntry, isNew: boolean) => ({ payload: { entry, isNew, at: Date.now() } }),
      reducer: (state, { payload }: PayloadAction<{ entry: FileEntry; isNew: boolean; at: number }>) => {
        const { entry, isNew, at } = payload
        state[entry.id] = noteSeen(state[entry.id], ofEntry(entry, at), isNew)
      },
    },
    fileProgressed: {
      prepare: (progress: FileProgress) => ({ payload: { progress, at: Date.now() } }),
      reducer: (state, { payload }: PayloadAction<{ progress: FileProgress; at: number }>) => {
        const { file_id, status, progress, upload, parse } = payload.progress
        state[file_id] = noteSeen(state[file_id], {
          id: file_id,
          status,
          progress,
          stored: upload.offset,
          rows: parse.rows,
          at: payload.at,
        })
      },
    },
    /** This tab sends the file, so its Processing is worth showing even if the server is very quick. */
    uploadWatched: {
      prepare: (id: string) => ({ payload: { id, at: Date.now() } }),
      reducer: (state, { payload }: PayloadAction<{ id: string; at: number }>) => {
        const before = state[payload.id]
        if (before?.watched) return
        const seen: Seen = {
          id: payload.id,
          status: before?.status ?? 'uploading',
          progress: 0,
          stored: 0,
          at: payload.at,
        }
        state[payload.id] = noteSeen(before, seen, true)
      },
    },
    fileGone: (state, { payload }: PayloadAction<string>) => {
      delete state[payload]
    },
  },
  extraReducers: (build) =>
    build
      .addCase(signedOut, () => ({}))
      .addMatcher(filesApi.endpoints.listFiles.matchFulfilled, (state, { payload, meta }) => {
        const at = meta.fulfilledTimeStamp
        for (const entry of payload.entries) state[entry.id] = noteReply(state[entry.id], entry, at)
      })
      .addMatcher(
        isAnyOf(filesApi.endpoints.getFile.matchFulfilled, filesApi.endpoints.patchFile.matchFulfilled),
        (state, { payload, meta }) => {
          state[payload.id] = noteReply(state[payload.id], payload, meta.fulfilledTimeStamp)
        },
      ),
  selectors: { selectLive: (state, id: string | null): LiveFile | undefined => (id ? state[id] : undefined) },
})

export const { fileAnnounced, fileProgressed, uploadWatched, fileGone } = live.actions
export const { selectLive } = live.selectors
export const liveSlice = live
