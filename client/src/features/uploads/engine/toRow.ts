import type Uppy from '@uppy/core'
import type { Meta, UppyFile } from '@uppy/core'
import type { TusBody } from '@uppy/tus'
import { etaOf, rateOf } from '../speed'
import { fileIdOf, type UploadPhase, type UploadRow } from '../types'
import type { Transfer } from './transferMachine'

/** `dataset`: the table that the rows are added to. `headHash`: SHA-256 of the first MiB, in hex. */
export type UploadMeta = Meta & {
  relativePath?: string | null
  dataset?: string | null
  datasetName?: string | null
  /** `true`: the rows are wanted although the table has them already. */
  again?: string
  headHash?: string
  /** The id that it had while it waited outside of Uppy. */
  waited?: string
}
export type UploadFile = UppyFile<UploadMeta, TusBody>
export type UploadsUppy = Uppy<UploadMeta, TusBody>

/** Pure: the one phase that counts, the most telling first. */
export const phaseOf = (file: UploadFile, transfer: Transfer, online: boolean): UploadPhase => {
  if (transfer.cancelling) return 'cancelling'
  if (file.isGhost) return 'needs-file'
  if (transfer.problem) return 'failed'
  if (file.progress.uploadComplete) return 'uploaded'
  if (transfer.stage === 'restored') return 'interrupted'
  if (transfer.stage === 'paused' || transfer.stage === 'held') return 'paused'
  if (transfer.stage === 'queued') return 'queued'
  if (!online) return 'waiting'
  return transfer.retry ? 'retrying' : 'uploading'
}

const uploadUrlOf = (file: UploadFile): string | null => file.tus?.uploadUrl ?? file.uploadURL ?? null

export const toRow = (file: UploadFile, transfer: Transfer, online: boolean): UploadRow => {
  const phase = phaseOf(file, transfer, online)
  const size = file.size ?? 0
  const sent = file.progress.bytesUploaded || 0
  const rate = phase === 'uploading' && transfer.speed ? rateOf(transfer.speed) : null
  const uploadUrl = uploadUrlOf(file)
  return {
    id: file.id,
    name: file.name ?? 'unnamed',
    relativePath: file.meta.relativePath || null,
    appendsTo: file.meta.datasetName || null,
    remembered: transfer.remembered,
    size,
    sent: phase === 'uploaded' ? size : sent,
    phase,
    speed: rate,
    eta: etaOf(size - sent, rate),
    uploadUrl,
    fileId: fileIdOf(uploadUrl),
    problem: transfer.problem,
    retryAt: phase === 'retrying' ? (transfer.retry?.at ?? null) : null,
    attempt: transfer.retry?.attempt ?? 0,
    retryStatus: transfer.retry?.status ?? 0,
  }
}
