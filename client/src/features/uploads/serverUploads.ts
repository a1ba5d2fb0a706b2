import type { FileProgress } from '../../api/types'
import { apiUrl } from '../../shared/base'
import { fileIdOf, isByLink } from './types'

const TUS_KEY = 'tus::'
const TUS = { 'Tus-Resumable': '1.0.0' }

/** Forgets the address of an upload, so that the same file chosen again starts as a new one. */
export const forgetAddress = (uploadUrl: string): void => {
  for (const key of Object.keys(localStorage))
    if (key.startsWith(TUS_KEY) && localStorage.getItem(key)?.includes(uploadUrl))
      localStorage.removeItem(key)
}

/** `complete`: the server has every byte, and a file of it. `unknown`: it could not be asked. */
export type OnServer = 'complete' | 'part' | 'gone' | 'unknown'

/** Who uploads by a link asks the upload itself: there is nothing else that they may ask. */
const askByLink = async (uploadUrl: string): Promise<OnServer> => {
  try {
    const answer = await fetch(uploadUrl, { method: 'HEAD', credentials: 'omit', headers: TUS })
    if (answer.status === 404 || answer.status === 410) return 'gone'
    const offset = answer.headers.get('Upload-Offset')
    if (!answer.ok || offset === null) return 'unknown'
    return offset === answer.headers.get('Upload-Length') ? 'complete' : 'part'
  } catch {
    return 'unknown'
  }
}

/** How much of an upload the server has; its last bytes may have arrived after the page was gone. */
export const askServer = async (uploadUrl: string): Promise<OnServer> => {
  if (isByLink(uploadUrl)) return askByLink(uploadUrl)
  const id = fileIdOf(uploadUrl)
  if (id === null) return 'unknown'
  try {
    const answer = await fetch(apiUrl(`/files/${encodeURIComponent(id)}/progress`), {
      credentials: 'same-origin',
      cache: 'no-store',
    })
    if (answer.status === 404 || answer.status === 410) return 'gone'
    if (!answer.ok) return 'unknown'
    const { status }: FileProgress = await answer.json()
    return status === 'uploading' ? 'part' : 'complete'
  } catch {
    return 'unknown'
  }
}

/**
 * Deletes an unfinished upload on the server. The uploader would do so itself for a file that it is sending, but it
 * does not ask before whether the last bytes have arrived.
 */
export const deleteOnServer = async (uploadUrl: string): Promise<void> => {
  forgetAddress(uploadUrl)
  await fetch(uploadUrl, {
    method: 'DELETE',
    credentials: isByLink(uploadUrl) ? 'omit' : 'same-origin',
    headers: TUS,
    keepalive: true,
  }).catch(() => undefined)
}
