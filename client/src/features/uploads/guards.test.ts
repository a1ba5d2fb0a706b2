import { describe, expect, test } from 'vitest'
import { noteBetween, progressTitle } from './guards'
import type { UploadTotals } from './uploadsSlice'

const totals = (fields: Partial<UploadTotals> = {}): UploadTotals => ({
  files: 1,
  moving: 1,
  paused: 0,
  failed: 0,
  finished: 0,
  sent: 0,
  size: 100,
  speed: 0,
  eta: null,
  sending: true,
  ...fields,
})

describe('the title', () => {
  test('shows how far the uploads are', () => {
    expect(progressTitle(totals({ sent: 42, moving: 3 }))).toBe('42% · 3 files')
  })
  test('says nothing when nothing moves', () => expect(progressTitle(totals({ moving: 0 }))).toBeNull())
})

describe('what is spoken', () => {
  test('the start', () => {
    expect(noteBetween(totals({ moving: 0 }), totals({ moving: 2 }))).toBe('Uploading 2 files.')
  })
  test('each quarter once, the latest when several were passed', () => {
    expect(noteBetween(totals({ sent: 20 }), totals({ sent: 26 }))).toBe('25 percent uploaded.')
    expect(noteBetween(totals({ sent: 26 }), totals({ sent: 40 }))).toBeNull()
    expect(noteBetween(totals({ sent: 20 }), totals({ sent: 80 }))).toBe('75 percent uploaded.')
  })
  test('the end', () => {
    expect(noteBetween(totals({ sent: 90 }), totals({ moving: 0, finished: 1, sent: 100 }))).toBe(
      '1 file uploaded.',
    )
  })
  test('a failure, but not a pause', () => {
    expect(noteBetween(totals(), totals({ failed: 1 }))).toBe('1 upload failed.')
    expect(noteBetween(totals(), totals({ moving: 0, paused: 1 }))).toBeNull()
  })
})
