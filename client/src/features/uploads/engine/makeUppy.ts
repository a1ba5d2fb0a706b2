import Uppy from '@uppy/core'
import GoldenRetriever from '@uppy/golden-retriever'
import Tus, { type TusBody } from '@uppy/tus'
import type { DetailedError, HttpRequest, HttpResponse } from 'tus-js-client'
import { BASE } from '../../../shared/base'
import { keepPiece, keptPiece, smallerPiece } from './chunkSize'
import { headVerdict, isOurs, retryAfterMs, retryDelays, retryVerdict } from './retryPolicy'
import type { UploadMeta, UploadsUppy } from './toRow'
import { PARALLEL_UPLOADS } from './transferMachine'
import { uploaderOf } from './uploader'

const KEEP_FOR_RECOVERY_MS = 7 * 24 * 3600 * 1000

/** What the uploader asks of, and tells, its surroundings. */
export type UploaderHooks = {
  /** Settles when requests may be sent: at once, or after the person has signed in again. */
  whenSignedIn: () => Promise<void>
  onExpired: () => void
  /** Whether the file still wants its bytes sent: there, and not paused. */
  isWanted: (id: string) => boolean
  /** `status`: of the answer that was none, 0 without any. */
  onRetry: (id: string, at: number, attempt: number, status: number) => void
  /** The server told how much it holds; sending goes on from there. */
  onOffset: (id: string, offset: number) => void
  onGone: (id: string) => void
}

const never = new Promise<never>(() => {})
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Uppy with the tus uploader of one user; the id keeps users of one browser apart. */
export const makeUppy = (userId: string, hooks: UploaderHooks): UploadsUppy => {
  const fileOf = new WeakMap<HttpRequest, string>()
  const newest = new Map<string, HttpRequest>()
  const coolUntil = new Map<string, number>()
  /** What HEAD was answered with; of an error thrown for it nothing else is left. */
  const headStatus = new Map<string, number>()
  const delays = retryDelays()

  const beforeRequest = async (request: HttpRequest, file: { id: string }): Promise<void> => {
    fileOf.set(request, file.id)
    if (request.getMethod() === 'DELETE') return
    newest.set(file.id, request)
    await hooks.whenSignedIn()
    await sleep(Math.max(0, (coolUntil.get(file.id) ?? 0) - Date.now()))
    // Paused, removed or started anew while waiting: this request must not be sent any more.
    if (newest.get(file.id) !== request || !hooks.isWanted(file.id)) await never
  }

  const coolDown = (id: string, response: HttpResponse | null): void => {
    const now = Date.now()
    coolUntil.set(id, now + retryAfterMs(response?.getHeader('Retry-After'), now))
  }

  const afterResponse = (request: HttpRequest, response: HttpResponse): void => {
    const id = fileOf.get(request)
    if (request.getMethod() !== 'HEAD' || id === undefined) return
    const status = response.getStatus()
    const verdict = headVerdict(status)
    if (verdict === 'pass') {
      const offset = Number(response.getHeader('Upload-Offset'))
      if (status !== 423 && Number.isFinite(offset)) hooks.onOffset(id, offset)
      return
    }
    if (verdict === 'gone') {
      hooks.onGone(id)
      return
    }
    if (verdict === 'sign-in') hooks.onExpired()
    if (status === 429) coolDown(id, response)
    headStatus.set(id, status)
    // Thrown, it is an error like a broken connection: retried, and the address is kept.
    throw new Error(`HEAD was answered with ${status}`)
  }

  /** Sends what follows in smaller pieces, this file's and all others'; false when they are as small as can be. */
  const sendLess = (id: string, request: HttpRequest): boolean => {
    const uploader = uploaderOf(uppy, id)
    if (request.getMethod() !== 'PATCH' || !uploader) return false
    const left = (uppy.getFile(id)?.size ?? 0) - Number(request.getHeader('Upload-Offset'))
    const piece = smallerPiece(Math.min(left, uploader.options.chunkSize))
    if (piece === null) return false
    const chunkSize = Math.min(piece, keptPiece())
    keepPiece(chunkSize)
    uploader.options.chunkSize = chunkSize
    uppy.getPlugin('Tus')?.setOptions({ chunkSize })
    return true
  }

  const shouldRetry = (
    error: DetailedError,
    attempt: number,
    _: unknown,
    next: (error: DetailedError) => boolean,
  ): boolean => {
    const id = fileOf.get(error.originalRequest)
    const response = error.originalResponse
    const ours = isOurs(response?.getHeader('Tus-Resumable'), response?.getBody() ?? '')
    const verdict = retryVerdict(response?.getStatus() ?? 0, ours)
    if (verdict === 'give-up' || id === undefined) return false
    if (verdict === 'smaller' && !sendLess(id, error.originalRequest)) return false
    if (verdict === 'sign-in') hooks.onExpired()
    if (verdict === 'cool-down') coolDown(id, response)
    if (verdict === 'again' && !next(error)) return false
    const now = Date.now()
    const status = response?.getStatus() ?? headStatus.get(id) ?? 0
    headStatus.delete(id)
    if (verdict !== 'smaller')
      hooks.onRetry(id, Math.max(now + (delays[attempt] ?? 0), coolUntil.get(id) ?? 0), attempt + 1, status)
    return true
  }

  const uppy: UploadsUppy = new Uppy<UploadMeta, TusBody>({
    id: `u-${userId}`,
    autoProceed: false,
    allowMultipleUploadBatches: true,
  })
    .use(Tus, {
      // Absolute, since the answer's Location is resolved against it; constant, since it is part of
      // the name under which an unfinished upload is remembered.
      endpoint: new URL(`${BASE}/files`, window.location.origin).href,
      chunkSize: keptPiece(),
      limit: PARALLEL_UPLOADS,
      retryDelays: delays,
      removeFingerprintOnSuccess: true,
      allowedMetaFields: ['name', 'type'],
      withCredentials: true,
      onBeforeRequest: beforeRequest,
      onAfterResponse: afterResponse,
      onShouldRetry: shouldRetry,
    })
    .use(GoldenRetriever, { expires: KEEP_FOR_RECOVERY_MS })
  return uppy
}
