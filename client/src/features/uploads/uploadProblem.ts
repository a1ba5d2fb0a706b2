import { type Problem, problemFromBody } from '../../api/problem'

const TITLES: Record<number, string> = {
  404: 'The server no longer has this upload',
  410: 'This upload has expired on the server',
  413: 'Too large for the server',
  415: 'This kind of file is not accepted',
  422: 'The server could not accept this file',
  507: 'The server is out of space',
}

/** A short title for why an upload failed; the detail is the server's own sentence. */
export const problemTitle = ({ status }: Problem): string =>
  TITLES[status] ?? (status === 0 ? 'The server could not be reached' : `Refused by the server (${status})`)

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The problem inside a failed request's answer; no answer gives status 0. */
export const problemFromXhr = (xhr: XMLHttpRequest | undefined): Problem =>
  problemFromBody(xhr?.status ?? 0, xhr ? parsed(xhr.responseText) : null)
