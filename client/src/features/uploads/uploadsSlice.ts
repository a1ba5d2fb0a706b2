import {
  createEntityAdapter,
  createSelector,
  createSlice,
  type PayloadAction,
  type WithSlice,
} from '@reduxjs/toolkit'
import { signedOut } from '../../api/session'
import { etaOf } from './speed'
import type { UploadBatch, UploadPhase, UploadRow } from './types'

const adapter = createEntityAdapter<UploadRow>()
const initialState = adapter.getInitialState({ dockOpen: true })

/** A retry starts counting at 0 again until the server has said its offset; the bar does not go back. */
const neverBack = (before: UploadRow | undefined, row: UploadRow): UploadRow => {
  const same = before && before.phase !== 'uploaded' && before.uploadUrl === row.uploadUrl
  return same ? { ...row, sent: Math.max(before.sent, row.sent) } : row
}

const uploads = createSlice({
  name: 'uploads',
  initialState,
  reducers: {
    uploadsSynced: (state, { payload }: PayloadAction<UploadBatch>) => {
      const fresh = payload.upsert.some(
        ({ id, phase }) => (phase === 'queued' || phase === 'checking') && !state.entities[id],
      )
      const rows = payload.upsert.map((row) => neverBack(state.entities[row.id], row))
      if (payload.full) adapter.setAll(state, rows)
      else {
        adapter.removeMany(state, payload.remove)
        adapter.setMany(state, rows)
      }
      if (fresh) state.dockOpen = true
    },
    dockToggled: (state, { payload }: PayloadAction<boolean>) => {
      state.dockOpen = payload
    },
  },
  extraReducers: (build) => build.addCase(signedOut, () => initialState),
})

export const { uploadsSynced, dockToggled } = uploads.actions
export const uploadsSlice = uploads

type WithUploads = { uploads: ReturnType<typeof uploads.getInitialState> }
const rows = adapter.getSelectors<WithUploads>((state) => state.uploads)

const ORDER: Record<UploadPhase, number> = {
  uploading: 0,
  retrying: 0,
  waiting: 0,
  failed: 1,
  paused: 2,
  cancelling: 2,
  queued: 3,
  checking: 3,
  interrupted: 4,
  'needs-file': 4,
  uploaded: 5,
}
const LEFT_OVER = new Set<UploadPhase>(['interrupted', 'needs-file'])
export const isLeftOver = (row: UploadRow | undefined): boolean =>
  row !== undefined && LEFT_OVER.has(row.phase)
const MOVING = new Set<UploadPhase>(['checking', 'uploading', 'retrying', 'waiting', 'queued'])

export const selectUpload = rows.selectById
export const selectDockOpen = (state: WithUploads) => state.uploads.dockOpen
export const selectLeftOver = createSelector(rows.selectAll, (all) =>
  all.filter(({ phase }) => LEFT_OVER.has(phase)),
)
const sameIds = (a: string[], b: string[]) => a.length === b.length && a.every((id, at) => id === b[at])

/** Ids for the dock, what moves first; only a change of order or membership makes a new array. */
export const selectDockIds = createSelector(
  rows.selectAll,
  (all) => {
    const ranks: string[][] = []
    for (const { id, phase } of all) {
      if (LEFT_OVER.has(phase)) continue
      const rank = ranks[ORDER[phase]] ?? []
      ranks[ORDER[phase]] = rank
      rank.push(id)
    }
    return ranks.flat()
  },
  { memoizeOptions: { resultEqualityCheck: sameIds } },
)

export type UploadTotals = {
  files: number
  moving: number
  paused: number
  failed: number
  finished: number
  sent: number
  size: number
  speed: number
  eta: number | null
  sending: boolean
}

/** Sums over everything in the dock that is not cancelled or failed. */
export const selectTotals = createSelector(rows.selectAll, (all): UploadTotals => {
  const totals: UploadTotals = {
    files: 0,
    moving: 0,
    paused: 0,
    failed: 0,
    finished: 0,
    sent: 0,
    size: 0,
    speed: 0,
    eta: null,
    sending: false,
  }
  for (const { phase, sent, size, speed } of all) {
    if (LEFT_OVER.has(phase) || phase === 'cancelling') continue
    totals.files += 1
    if (phase === 'failed') {
      totals.failed += 1
      continue
    }
    totals.sent += sent
    totals.size += size
    totals.speed += speed ?? 0
    if (MOVING.has(phase)) totals.moving += 1
    if (phase === 'paused') totals.paused += 1
    if (phase === 'uploaded') totals.finished += 1
    if (phase === 'uploading') totals.sending = true
  }
  totals.eta = etaOf(totals.size - totals.sent, totals.speed || null)
  return totals
})

const selectQueuePositions = createSelector(rows.selectAll, (all) => {
  const positions = new Map<string, number>()
  for (const { id, phase } of all) if (MOVING.has(phase)) positions.set(id, positions.size)
  return positions
})
/** How many files are before this one in the queue. */
export const selectAhead = (state: WithUploads, id: string): number =>
  selectQueuePositions(state).get(id) ?? 0
/** File ids that are about to be deleted unless somebody says Undo. */
export const selectCancellingFileIds = createSelector(rows.selectAll, (all) =>
  all.flatMap(({ phase, fileId }) => (phase === 'cancelling' && fileId ? [fileId] : [])),
)

declare module '../../store/state' {
  interface RootState extends WithSlice<typeof uploadsSlice> {}
}
