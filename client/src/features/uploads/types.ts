import type { Problem } from '../../api/problem'

/**
 * Where a file is on its way to the server. After `uploaded` the server's own status takes over.
 * `checking`: the server is asked whether it has the same bytes already.
 * `waiting`: the browser is offline. `interrupted`, `needs-file`: left over from an earlier visit,
 * with the bytes still here or not. `cancelling`: paused, to be deleted unless undone.
 */
export type UploadPhase =
  | 'checking'
  | 'queued'
  | 'uploading'
  | 'paused'
  | 'waiting'
  | 'retrying'
  | 'interrupted'
  | 'needs-file'
  | 'cancelling'
  | 'uploaded'
  | 'failed'

/** What the store knows of an upload; bytes, bytes a second, seconds; `retryAt` in epoch milliseconds. */
export type UploadRow = {
  id: string
  name: string
  relativePath: string | null
  /** Name of the table that the rows go into, if not into a new one. */
  appendsTo: string | null
  /** Its bytes are not here, but the browser knows where the file is. */
  remembered: boolean
  size: number
  sent: number
  phase: UploadPhase
  speed: number | null
  eta: number | null
  uploadUrl: string | null
  fileId: string | null
  problem: Problem | null
  retryAt: number | null
  attempt: number
  /** What the last try was answered with; 0: nothing. */
  retryStatus: number
}

/** A row of which nothing is known but what it is for. */
export const newRow = (
  id: string,
  phase: UploadPhase,
  fields: Pick<UploadRow, 'name' | 'relativePath' | 'appendsTo' | 'size'>,
): UploadRow => ({
  id,
  phase,
  ...fields,
  remembered: false,
  sent: 0,
  speed: null,
  eta: null,
  uploadUrl: null,
  fileId: null,
  problem: null,
  retryAt: null,
  attempt: 0,
  retryStatus: 0,
})

export type Target = { id: string; name: string }

/** `dataset`: the table to add the rows to. `handle`: where the file lies, where the browser tells. */
export type PickedFile = {
  file: File
  relativePath: string | null
  dataset?: Target
  /** Its rows are wanted in that table although they are in it already. */
  again?: true
  handle?: FileSystemFileHandle
  /** Its id while it waited outside of Uppy. */
  waited?: string
}

export type UploadCommand =
  | { type: 'add'; files: PickedFile[] }
  | { type: 'reselect'; id: string; file: File }
  | { type: 'pause' | 'resume' | 'cancel' | 'undoCancel' | 'retry' | 'retryNow' | 'prioritize'; id: string }
  | { type: 'pauseAll' | 'resumeAll' | 'recoverAll' | 'clearFinished' | 'clearFailed' | 'wake' }
  /** `markUploaded`: the server has every byte of them. */
  | { type: 'discard' | 'undoDiscard' | 'markUploaded'; ids: string[] }
  | { type: 'forget'; fileId: string }

/** `full`: the batch is everything there is, rows not in it are gone. */
export type UploadBatch = { upsert: UploadRow[]; remove: string[]; full: boolean }

/** Whether an upload goes by an upload link: what becomes of it is not for who sends it. */
export const isByLink = (uploadUrl: string): boolean => /\/u\/[^/]+\/files\//.test(uploadUrl)

/** The server's id of the file is the last segment of its upload address; null where it is not for who sends it. */
export const fileIdOf = (uploadUrl: string | null): string | null =>
  uploadUrl === null || isByLink(uploadUrl)
    ? null
    : (uploadUrl.split(/[?#]/)[0]?.split('/').filter(Boolean).at(-1) ?? null)

/** The member of a union whose `type` is or can be `T`. */
export type OfType<U extends { type: string }, T> = U extends { type: infer K }
  ? T extends K
    ? U
    : never
  : never
/** A function for each kind of a union's members. */
export type ActsOn<U extends { type: string }> = { [T in U['type']]: (member: OfType<U, T>) => void }
