import { describe, expect, test } from 'vitest'
import { signedOut } from '../../api/session'
import { uploadRow } from './testUpload'
import type { UploadBatch, UploadRow } from './types'
import {
  dockToggled,
  selectAhead,
  selectCancellingFileIds,
  selectDockIds,
  selectLeftOver,
  selectTotals,
  selectUpload,
  uploadsSlice,
  uploadsSynced,
} from './uploadsSlice'

const { reducer } = uploadsSlice
const batch = (upsert: UploadRow[], rest: Partial<UploadBatch> = {}) =>
  uploadsSynced({ upsert, remove: [], full: false, ...rest })
const stateOf = (...actions: Parameters<typeof reducer>[1][]) => ({
  uploads: actions.reduce(reducer, reducer(undefined, { type: 'start' })),
})

describe('rows', () => {
  test('sent bytes do not go back when a retry counts from zero', () => {
    const state = stateOf(batch([uploadRow({ sent: 600 })]), batch([uploadRow({ sent: 0 })]))
    expect(selectUpload(state, 'a')?.sent).toBe(600)
  })

  test('sent bytes do go back when the server made a new upload', () => {
    const fresh = uploadRow({ sent: 10, uploadUrl: 'http://localhost/files/B2', fileId: 'B2' })
    const state = stateOf(batch([uploadRow({ sent: 600 })]), batch([fresh]))
    expect(selectUpload(state, 'a')?.sent).toBe(10)
  })

  test('the same file sent a second time starts at zero', () => {
    const state = stateOf(
      batch([uploadRow({ sent: 1000, phase: 'uploaded' })]),
      batch([uploadRow({ sent: 0 })]),
    )
    expect(selectUpload(state, 'a')?.sent).toBe(0)
  })

  test('a full batch replaces everything, a partial one removes what it names', () => {
    const two = batch([uploadRow(), uploadRow({ id: 'b' })])
    expect(stateOf(two, batch([uploadRow({ id: 'c' })], { full: true })).uploads.ids).toEqual(['c'])
    expect(stateOf(two, batch([], { remove: ['a'] })).uploads.ids).toEqual(['b'])
  })

  test('signing out leaves nothing behind', () => {
    expect(stateOf(batch([uploadRow()]), signedOut()).uploads.ids).toEqual([])
  })

  test('a new file unfolds the dock', () => {
    const state = stateOf(dockToggled(false), batch([uploadRow({ phase: 'queued' })]))
    expect(state.uploads.dockOpen).toBe(true)
  })

  test('progress of a known file leaves a folded dock alone', () => {
    const state = stateOf(batch([uploadRow()]), dockToggled(false), batch([uploadRow({ sent: 5 })]))
    expect(state.uploads.dockOpen).toBe(false)
  })
})

describe('selectors', () => {
  const mixed = stateOf(
    batch([
      uploadRow({ id: 'done', phase: 'uploaded', sent: 1000 }),
      uploadRow({ id: 'wait', phase: 'queued' }),
      uploadRow({ id: 'move', phase: 'uploading', sent: 500, speed: 100 }),
      uploadRow({ id: 'left', phase: 'needs-file', sent: 100 }),
      uploadRow({ id: 'bad', phase: 'failed', sent: 10 }),
      uploadRow({ id: 'stop', phase: 'cancelling', sent: 10, fileId: 'C3' }),
    ]),
  )

  test('the dock shows what moves first and nothing that is left over from before', () => {
    expect(selectDockIds(mixed)).toEqual(['move', 'bad', 'stop', 'wait', 'done'])
    expect(selectLeftOver(mixed).map(({ id }) => id)).toEqual(['left'])
  })

  test('the order of the dock keeps its identity while only bytes change', () => {
    const next = { uploads: reducer(mixed.uploads, batch([uploadRow({ id: 'move', sent: 700 })])) }
    expect(selectDockIds(next)).toBe(selectDockIds(mixed))
  })

  test('totals leave out failed and cancelled files', () => {
    expect(selectTotals(mixed)).toMatchObject({
      moving: 2,
      failed: 1,
      finished: 1,
      sent: 1500,
      size: 3000,
      speed: 100,
      eta: 15,
      sending: true,
    })
  })

  test('a queued file knows how many are before it', () => {
    const state = stateOf(
      batch([
        uploadRow({ id: 'x' }),
        uploadRow({ id: 'y', phase: 'queued' }),
        uploadRow({ id: 'z', phase: 'queued' }),
      ]),
    )
    expect(selectAhead(state, 'z')).toBe(2)
  })

  test('files about to be deleted are known by their server id', () => {
    expect(selectCancellingFileIds(mixed)).toEqual(['C3'])
  })
})
