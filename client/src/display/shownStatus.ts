import { isFinished, type LiveFile } from '../api/live'
import type { FileStatus } from '../api/types'

/**
 * Milliseconds for which Processing is shown at least, so that a person can see the change: three
 * seconds, and a moment for drawing it.
 */
export const PROCESSING_SHOWN_MS = 3250

/** Milliseconds after which a row that comes into sight shows at once that its file is finished. */
const LATE_MS = 15_000

/** Where on the page a status is shown. */
export type Surface = 'table' | 'dock'

/** When Processing of one file was first drawn, by surface (milliseconds). */
export type Drawn = Partial<Record<Surface, number>>

/**
 * Pure: the status to show now, and after how many milliseconds to look again (null: not at all).
 * On a `surface` the time counts from when Processing was drawn there first: a row can come later than the
 * news of its end, and passes through Processing all the same unless it is very late.
 */
export const shownStatus = (
  live: LiveFile,
  now: number,
  surface?: Surface,
  drawn: Drawn = {},
): { status: FileStatus; waitMs: number | null } => {
  const since = live.processingSince
  if (!isFinished(live.status) || since === null) return { status: live.status, waitMs: null }
  const unseen = surface !== undefined && now - since < LATE_MS ? now : since
  const left = ((surface && drawn[surface]) ?? unseen) + PROCESSING_SHOWN_MS - now
  return left > 0 ? { status: 'processing', waitMs: left } : { status: live.status, waitMs: null }
}
