import Uppy from '@uppy/core'
import GoldenRetriever from '@uppy/golden-retriever'
import Tus, { type TusBody } from '@uppy/tus'
import type { HttpRequest } from 'tus-js-client'
import { BASE } from '../../../shared/base'
import { keepChunkSize, keptChunkSize, smallerChunk } from './chunkSize'
import { RequestGuard, type UploaderHooks } from './requestGuard'
import type { UploadMeta, UploadsUppy } from './toRow'
import { PARALLEL_UPLOADS } from './transferMachine'
import { uploaderOf } from './uploader'

const KEEP_FOR_RECOVERY_MS = 7 * 24 * 3600 * 1000

/** Sends what follows in smaller chunks, this file's and all others'; false when they are as small as can be. */
const sendSmaller = (uppy: UploadsUppy, id: string, request: HttpRequest): boolean => {
  const uploader = uploaderOf(uppy, id)
  if (request.getMethod() !== 'PATCH' || !uploader) return false
  const left = (uppy.getFile(id)?.size ?? 0) - Number(request.getHeader('Upload-Offset'))
  const smaller = smallerChunk(Math.min(left, uploader.options.chunkSize))
  if (smaller === null) return false
  const chunkSize = Math.min(smaller, keptChunkSize())
  keepChunkSize(chunkSize)
  uploader.options.chunkSize = chunkSize
  uppy.getPlugin('Tus')?.setOptions({ chunkSize })
  return true
}

/** Uppy with the tus uploader of one user, or of one upload link; the id keeps those of one browser apart. */
export const makeUppy = (userId: string, hooks: UploaderHooks, link: string | null = null): UploadsUppy => {
  const uppy: UploadsUppy = new Uppy<UploadMeta, TusBody>({
    id: `u-${userId}`,
    autoProceed: false,
    allowMultipleUploadBatches: true,
  })
  const guard = new RequestGuard(hooks, (id, request) => sendSmaller(uppy, id, request))
  return uppy
    .use(Tus, {
      // Absolute, since the answer's Location is resolved against it; constant, since it is part of
      // the name under which an unfinished upload is remembered.
      endpoint: new URL(`${BASE}${link === null ? '' : `/u/${link}`}/files`, window.location.origin).href,
      chunkSize: keptChunkSize(),
      limit: PARALLEL_UPLOADS,
      retryDelays: guard.delays,
      // Else the same file sent once more would be "complete" at once, without the server's having a new one.
      removeFingerprintOnSuccess: true,
      allowedMetaFields: ['name', 'type'],
      withCredentials: link === null,
      onBeforeRequest: guard.beforeRequest,
      onAfterResponse: guard.afterResponse,
      onShouldRetry: guard.shouldRetry,
    })
    .use(GoldenRetriever, { expires: KEEP_FOR_RECOVERY_MS })
}
