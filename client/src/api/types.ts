/** What the server says about a file; sizes and offsets are bytes, times are ISO 8601 in UTC. */
export type FileStatus = 'uploading' | 'processing' | 'done' | 'error'

export type FileEntry = {
  id: string
  name: string
  size: number | null
  offset: number
  content_type: string | null
  status: FileStatus
  /** 0 to 100, over upload and parsing together; never goes back. */
  progress: number
  error: { code: string; message: string } | null
  uploaded_at: string
  finished_at: string | null
  row_count: number | null
  reject_count: number | null
  parquet_path: string | null
  dataset_id: string | null
  sha256: string | null
  owner: string
  shared: boolean
}

export type Cell = string | number | boolean | null
export type Column = { name: string; type: string }
export type Content = {
  columns: Column[]
  rows: Record<string, Cell>[]
  total: number | null
  next: string | null
}
export type FileDetail = FileEntry & { content: Content | null }

export type Reject = { line: number; byte: number; column: string | null; code: string; text: string }
export type Rejects = { total: number; items: Reject[]; next: string | null }

export type FileProgress = {
  file_id: string
  status: FileStatus
  progress: number
  upload: { offset: number; size: number | null }
  parse: { bytes: number; rows: number }
}

export type User = { id: string; username: string }
