import Uppy from '@uppy/core'
import type { TusBody } from '@uppy/tus'
import { describe, expect, test } from 'vitest'
import { phaseOf, toRow, type UploadFile, type UploadMeta } from './toRow'
import { newTransfer, type Transfer } from './transferMachine'

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
const transfer = (fields: Partial<Transfer> = {}): Transfer => ({ ...newTransfer('sending'), ...fields })
const problem = { status: 413, code: 'too_large', detail: 'Too large.', retryAfter: null, current: null }

describe('the phase', () => {
  test.each<[string, UploadFile, Transfer, boolean]>([
    ['queued', upload(), transfer({ stage: 'queued' }), true],
    ['uploading', upload(), transfer(), true],
    ['paused', upload({ isPaused: true }), transfer({ stage: 'paused' }), true],
    ['paused', upload(), transfer({ stage: 'held' }), true],
    ['waiting', upload(), transfer(), false],
    ['retrying', upload(), transfer({ retry: { at: 5, attempt: 1, status: 0 } }), true],
    ['failed', upload(), transfer({ problem }), true],
    ['interrupted', upload(), transfer({ stage: 'restored' }), true],
    ['needs-file', upload({ isGhost: true }), transfer({ stage: 'restored' }), true],
    ['cancelling', upload({ isPaused: true }), transfer({ stage: 'paused', cancelling: true }), true],
  ])('is %s', (phase, file, facts, online) => expect(phaseOf(file, facts, online)).toBe(phase))

  test('a restored file that was resumed counts like any other', () => {
    expect(phaseOf(upload(), transfer({ stage: 'sending' }), true)).toBe('uploading')
  })
})

describe('the row', () => {
  test('knows the file id from the address of the upload', () => {
    const row = toRow(upload({ tus: { uploadUrl: 'http://localhost/files/Xy-1?a=b' } }), transfer(), true)
    expect(row).toMatchObject({ fileId: 'Xy-1', size: 200, sent: 0 })
  })

  test('is plain data that the store can hold', () => {
    const row = toRow(upload(), transfer({ problem }), true)
    expect(structuredClone(row)).toEqual(JSON.parse(JSON.stringify(row)))
  })

  test('says when it will try again only while it waits to', () => {
    const retry = { at: 1234, attempt: 3, status: 429 }
    expect(toRow(upload(), transfer({ retry }), true)).toMatchObject({
      retryAt: 1234,
      attempt: 3,
      retryStatus: 429,
    })
    expect(toRow(upload({ isPaused: true }), transfer({ stage: 'paused', retry }), true).retryAt).toBeNull()
  })
})
