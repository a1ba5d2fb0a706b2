import type { FileProgress } from '../../api/types'
import { apiUrl } from '../../shared/base'
import { fileIdOf } from './types'

const TUS_KEY = 'tus::'

/** Forgets the address of an upload, so that the same file chosen again starts as a new one. */
export const forgetAddress = (uploadUrl: string): void => {
  for (const key of Object.keys(localStorage))
    if (key.startsWith(TUS_KEY) && localStorage.getItem(key)?.includes(uploadUrl))
      localStorage.removeItem(key)
}

/** `complete`: the server has every byte, and a file of it. `unknown`: it could not be asked. */
export type OnServer = 'complete' | 'part' | 'gone' | 'unknown'

/** How much of an upload the server has; its last bytes may have arrived after the page was gone. */
export const askServer = async (uploadUrl: string): Promise<OnServer> => {
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
    credentials: 'same-origin',
    headers: { 'Tus-Resumable': '1.0.0' },
    keepalive: true,
  }).catch(() => undefined)
}
