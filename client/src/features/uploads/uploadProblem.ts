import { type Problem, problemFromBody } from '../../api/problem'
import { text } from '../../i18n/language'

const TITLES = {
  404: 'gone',
  410: 'expired',
  413: 'tooLarge',
  415: 'wrongKind',
  422: 'notAccepted',
  507: 'noSpace',
  0: 'unreachable',
} as const
const isKnown = (status: number): status is keyof typeof TITLES => status in TITLES

/** A short title for why an upload failed; the detail is the server's own sentence. */
export const problemTitle = ({ status, code }: Problem): string => {
  const words = text().uploads.problem
  // The file as such is not too large, and can come when there is room.
  if (code === 'quota_exceeded') return words.quota
  if (code === 'upload_link_full') return words.linkFull
  if (code === 'upload_link_over' || code === 'unknown_link') return words.linkOver
  return isKnown(status) ? words[TITLES[status]] : words.refused(status)
}

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}

/** The problem inside a failed request's answer; no answer gives status 0. */
export const problemFromXhr = (xhr: XMLHttpRequest | undefined): Problem =>
  problemFromBody(xhr?.status ?? 0, xhr ? parsed(xhr.responseText) : null)
