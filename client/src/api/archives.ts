import { apiUrl } from '../shared/base'
import { problemFromBody } from './problem'

/** Files that an address can name: each is 23 characters of it. */
const ADDRESS_FILES_MAX = 200

/** Pure: where files come as one ZIP; null where there are too many for an address. */
export const archiveUrl = (ids: readonly string[]): string | null =>
  ids.length > ADDRESS_FILES_MAX
    ? null
    : apiUrl(`/files/archive?ids=${ids.map(encodeURIComponent).join(',')}`)

/** The same for any number of files. Throws a `Problem`, also when the connection breaks in the middle. */
export const fetchArchive = async (ids: readonly string[], signal: AbortSignal): Promise<Blob> => {
  const body = JSON.stringify({ ids })
  const headers = { 'Content-Type': 'application/json' }
  const asked = { method: 'POST', body, headers, signal, credentials: 'same-origin' } as const
  const answer = await fetch(apiUrl('/files/archive'), asked).catch(() => null)
  if (answer === null) throw problemFromBody(0, null)
  if (!answer.ok) throw problemFromBody(answer.status, await answer.json().catch(() => null))
  return answer.blob().catch(() => {
    throw problemFromBody(0, null)
  })
}
