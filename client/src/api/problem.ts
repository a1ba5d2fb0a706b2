import type { FetchBaseQueryError } from '@reduxjs/toolkit/query'
import { text } from '../i18n/language'
import type { Row } from './types'

/** A refusal as the page shows it. `status` 0: no answer came. `retryAfter` is seconds. */
export type Problem = {
  status: number
  code: string
  detail: string
  retryAfter: number | null
  /** The row as it is now, where a change came too late. */
  current: Row | null
  /** The character of a statement that is meant, from 0; absent where nobody knows. */
  position?: number
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const sentence = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

const plainWords = (status: number): string => {
  const words = text().shared.problem
  if (status === 0) return words.unreachable
  if (status === 404) return words.missing
  if (status === 429) return words.tooMany
  return status >= 500 ? words.server(status) : words.refused(status)
}

/** Reads an `application/problem+json` body; anything else gets plain words for its status. */
export const problemFromBody = (status: number, body: unknown, retryAfter: string | null = null): Problem => {
  const fields = isRecord(body) ? body : {}
  const seconds = retryAfter === null ? Number.NaN : Number(retryAfter)
  return {
    status,
    code: sentence(fields.code) ?? (status === 0 ? 'unreachable' : `http_${status}`),
    detail: sentence(fields.detail) ?? sentence(fields.title) ?? plainWords(status),
    retryAfter: Number.isFinite(seconds) ? seconds : null,
    current: isRecord(fields.current) ? (fields.current as Row) : null,
    ...(typeof fields.position === 'number' && { position: fields.position }),
  }
}

export const problemOf = (error: FetchBaseQueryError, response: Response | undefined): Problem => {
  if (typeof error.status === 'number')
    return problemFromBody(error.status, error.data, response?.headers.get('Retry-After') ?? null)
  if (error.status === 'PARSING_ERROR') return problemFromBody(error.originalStatus, null)
  return problemFromBody(0, null)
}

export const isProblem = (value: unknown): value is Problem =>
  isRecord(value) && typeof value.detail === 'string' && typeof value.status === 'number'

/** Whether the server says that there is no such thing, or none that may be seen; a proxy's word does not count. */
export const isMissing = (error: unknown): boolean =>
  isProblem(error) && error.status === 404 && error.code === 'not_found'

const LOST = ['part_damaged', 'part_missing', 'log_damaged', 'log_missing']
/** Whether a call was refused since a piece of the table is not what was written. */
export const isLost = (error: unknown): boolean => isProblem(error) && LOST.includes(error.code)

/** The words for a code in the language of the page; where it has none, those that the server sent. */
export const wordsFor = (code: string, sent: string): string => text().problems[code] ?? sent

/** The words for any rejected call, for a toast or an alert. */
export const detailOf = (error: unknown): string =>
  isProblem(error) ? wordsFor(error.code, error.detail) : plainWords(0)
