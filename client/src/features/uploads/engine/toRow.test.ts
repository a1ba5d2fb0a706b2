import Uppy from '@uppy/core'
import type { TusBody } from '@uppy/tus'
import { describe, expect, test } from 'vitest'
import { newTrack, phaseOf, type Track, toRow, type UploadFile, type UploadMeta } from './toRow'

const upload = (fields: Partial<UploadFile> = {}): UploadFile => {
  const uppy = new Uppy<UploadMeta, TusBody>()
  const id = uppy.addFile({
    name: 'a.csv',
    type: 'text/csv',
    data: new Blob(['x'.repeat(200)]),
    source: 'test',
  })
  return { ...uppy.getFile(id), ...fields } as UploadFile
}
const track = (fields: Partial<Track> = {}): Track => ({ ...newTrack(), started: true, ...fields })
const problem = { status: 413, code: 'too_large', detail: 'Too large.', retryAfter: null, current: null }

describe('the phase', () => {
  test.each<[string, UploadFile, Track, boolean]>([
    ['queued', upload(), track({ started: false }), true],
    ['uploading', upload(), track(), true],
    ['paused', upload({ isPaused: true }), track(), true],
    ['paused', upload(), track({ started: false, held: true }), true],
    ['waiting', upload(), track(), false],
    ['retrying', upload(), track({ retry: { at: 5, attempt: 1, status: 0 } }), true],
    ['failed', upload(), track({ problem }), true],
    ['interrupted', upload(), track({ started: false, restored: true }), true],
    ['needs-file', upload({ isGhost: true }), track({ started: false, restored: true }), true],
    ['cancelling', upload({ isPaused: true }), track({ cancelling: true }), true],
  ])('is %s', (phase, file, facts, online) => expect(phaseOf(file, facts, online)).toBe(phase))

  test('a restored file that was resumed counts like any other', () => {
    expect(phaseOf(upload(), track({ restored: true }), true)).toBe('uploading')
  })
})

describe('the row', () => {
  test('knows the file id from the address of the upload', () => {
    const row = toRow(upload({ tus: { uploadUrl: 'http://localhost/files/Xy-1?a=b' } }), track(), true)
    expect(row).toMatchObject({ fileId: 'Xy-1', size: 200, sent: 0 })
  })

  test('is plain data that the store can hold', () => {
    const row = toRow(upload(), track({ problem }), true)
    expect(structuredClone(row)).toEqual(JSON.parse(JSON.stringify(row)))
  })

  test('says when it will try again only while it waits to', () => {
    const retry = { at: 1234, attempt: 3, status: 429 }
    expect(toRow(upload(), track({ retry }), true)).toMatchObject({
      retryAt: 1234,
      attempt: 3,
      retryStatus: 429,
    })
    expect(toRow(upload({ isPaused: true }), track({ retry }), true).retryAt).toBeNull()
  })
})
