import type { UploadRow } from './types'

/** A row as the bridge publishes it, for tests. */
export const uploadRow = (fields: Partial<UploadRow> = {}): UploadRow => ({
  id: 'a',
  name: 'a.csv',
  relativePath: null,
  appendsTo: null,
  remembered: false,
  size: 1000,
  sent: 0,
  phase: 'uploading',
  speed: null,
  eta: null,
  uploadUrl: 'http://localhost/files/A1',
  fileId: 'A1',
  problem: null,
  retryAt: null,
  attempt: 0,
  retryStatus: 0,
  ...fields,
})
