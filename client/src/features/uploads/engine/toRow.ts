import type { Meta, UppyFile } from '@uppy/core'
import type { TusBody } from '@uppy/tus'
import type { Problem } from '../../../api/problem'
import { etaOf, rateOf, type Speed } from '../speed'
import { fileIdOf, type UploadPhase, type UploadRow } from '../types'

/** `dataset`: the table that the rows are added to. `headHash`: SHA-256 of the first MiB, in hex. */
export type UploadMeta = Meta & {
  relativePath?: string | null
  dataset?: string | null
  datasetName?: string | null
  /** `true`: the rows are wanted although the table has them already. */
  again?: string
  headHash?: string
  /** The id that it had while it waited for room. */
  waited?: string
}
export type UploadFile = UppyFile<UploadMeta, TusBody>

/** What Uppy does not keep about a file, and the page needs. */
export type Track = {
  /** Handed to the uploader during this visit. */
  started: boolean
  /** Paused before it was ever started. */
  held: boolean
  restored: boolean
  /** The browser can open the file again without its being chosen. */
  remembered: boolean
  cancelling: boolean
  problem: Problem | null
  retry: { at: number; attempt: number; status: number } | null
  speed: Speed | null
}

export const newTrack = (restored = false): Track => ({
  started: false,
  held: false,
  restored,
  remembered: false,
  cancelling: false,
  problem: null,
  retry: null,
  speed: null,
})

/** Pure: the one phase that counts, the most telling first. */
export const phaseOf = (file: UploadFile, track: Track, online: boolean): UploadPhase => {
  if (track.cancelling) return 'cancelling'
  if (file.isGhost) return 'needs-file'
  if (track.problem) return 'failed'
  if (file.progress.uploadComplete) return 'uploaded'
  if (track.restored && !track.started) return 'interrupted'
  if (file.isPaused || track.held) return 'paused'
  if (!track.started) return 'queued'
  if (!online) return 'waiting'
  if (track.retry) return 'retrying'
  return 'uploading'
}

const uploadUrlOf = (file: UploadFile): string | null => file.tus?.uploadUrl ?? file.uploadURL ?? null

export const toRow = (file: UploadFile, track: Track, online: boolean): UploadRow => {
  const phase = phaseOf(file, track, online)
  const size = file.size ?? 0
  const sent = file.progress.bytesUploaded || 0
  const rate = phase === 'uploading' && track.speed ? rateOf(track.speed) : null
  const uploadUrl = uploadUrlOf(file)
  return {
    id: file.id,
    name: file.name ?? 'unnamed',
    relativePath: file.meta.relativePath || null,
    appendsTo: file.meta.datasetName || null,
    remembered: track.remembered,
    size,
    sent: phase === 'uploaded' ? size : sent,
    phase,
    speed: rate,
    eta: etaOf(size - sent, rate),
    uploadUrl,
    fileId: fileIdOf(uploadUrl),
    problem: track.problem,
    retryAt: phase === 'retrying' ? (track.retry?.at ?? null) : null,
    attempt: track.retry?.attempt ?? 0,
    retryStatus: track.retry?.status ?? 0,
  }
}
