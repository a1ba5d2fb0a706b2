import { describe, expect, test } from 'vitest'
import { noteSeen } from '../api/live'
import type { FileStatus } from '../api/types'
import { PROCESSING_SHOWN_MS, shownStatus } from './shownStatus'

const seen = (status: FileStatus, at: number, progress = 0) => ({ id: 'f', status, at, progress, stored: 0 })

describe('the status that is shown', () => {
  test('Processing stays for three seconds although Done came at once', () => {
    const live = noteSeen(noteSeen(undefined, seen('uploading', 0)), seen('done', 1000))
    expect(shownStatus(live, 1000)).toEqual({ status: 'processing', waitMs: PROCESSING_SHOWN_MS })
    expect(shownStatus(live, 1000 + PROCESSING_SHOWN_MS - 1)).toEqual({ status: 'processing', waitMs: 1 })
    expect(shownStatus(live, 1000 + PROCESSING_SHOWN_MS)).toEqual({ status: 'done', waitMs: null })
  })

  test('the three seconds count from the first sight of Processing', () => {
    const live = noteSeen(noteSeen(undefined, seen('processing', 0)), seen('error', 2500))
    expect(shownStatus(live, 2500)).toEqual({ status: 'processing', waitMs: PROCESSING_SHOWN_MS - 2500 })
    expect(shownStatus(live, PROCESSING_SHOWN_MS).status).toBe('error')
  })

  test('a row that comes late counts from when Processing stood in it', () => {
    const live = noteSeen(noteSeen(undefined, seen('processing', 0)), seen('done', 100))
    expect(shownStatus(live, 3500, 'table')).toEqual({ status: 'processing', waitMs: PROCESSING_SHOWN_MS })
    const drawn = { table: 3500 }
    expect(shownStatus(live, 3499 + PROCESSING_SHOWN_MS, 'table', drawn).status).toBe('processing')
    expect(shownStatus(live, 3500 + PROCESSING_SHOWN_MS, 'table', drawn).status).toBe('done')
    expect(shownStatus(live, 3500, undefined, drawn).status).toBe('done')
  })

  test('a row that comes into sight long after is Done at once', () => {
    const live = noteSeen(noteSeen(undefined, seen('processing', 0)), seen('done', 100))
    expect(shownStatus(live, 60_000, 'table').status).toBe('done')
  })

  test('a long Processing is not made longer', () => {
    const live = noteSeen(noteSeen(undefined, seen('processing', 0)), seen('done', 60_000))
    expect(shownStatus(live, 60_000).status).toBe('done')
  })

  test('a file that was finished before it was ever seen is Done at once', () => {
    expect(shownStatus(noteSeen(undefined, seen('done', 0)), 0)).toEqual({ status: 'done', waitMs: null })
  })

  test('a file born before our eyes passes through Processing even if it is Done already', () => {
    expect(shownStatus(noteSeen(undefined, seen('done', 0), true), 0).status).toBe('processing')
  })

  test('old news of a file that was finished before it was seen change nothing', () => {
    const live = noteSeen(noteSeen(undefined, seen('done', 0)), seen('done', 9000), true)
    expect(shownStatus(live, 9000).status).toBe('done')
  })

  test('later news of a finished file do not bring Processing back', () => {
    const live = noteSeen(noteSeen(undefined, seen('uploading', 0)), seen('done', 1000))
    expect(shownStatus(noteSeen(live, seen('done', 9000)), 9000).status).toBe('done')
  })
})

describe('progress', () => {
  test('never goes back', () => {
    const live = noteSeen(noteSeen(undefined, seen('processing', 0, 80)), seen('processing', 1, 60))
    expect(live.progress).toBe(80)
  })
})
