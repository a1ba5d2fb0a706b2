import type { FetchBaseQueryError } from '@reduxjs/toolkit/query'

/** A refusal as the page shows it. `status` 0: no answer came. `retryAfter` is seconds. */
export type Problem = { status: number; code: string; detail: string; retryAfter: number | null }

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

const plainWords = (status: number): string => {
  if (status === 0) return 'The server cannot be reached.'
  if (status === 404) return 'There is no such file, or it is not shared with you.'
  if (status === 429) return 'Too many tries. Wait a moment.'
  if (status >= 500) return `The server has a problem (${status}). Try again in a moment.`
  return `The server refused this (${status}).`
}

/** Reads an `application/problem+json` body; anything else gets plain words for its status. */
export const problemFromBody = (status: number, body: unknown, retryAfter: string | null = null): Problem => {
  const fields = isRecord(body) ? body : {}
  const seconds = retryAfter === null ? Number.NaN : Number(retryAfter)
  return {
    status,
    code: text(fields.code) ?? (status === 0 ? 'unreachable' : `http_${status}`),
    detail: text(fields.detail) ?? text(fields.title) ?? plainWords(status),
    retryAfter: Number.isFinite(seconds) ? seconds : null,
  }
}

export const problemOf = (error: FetchBaseQueryError, response: Response | undefined): Problem => {
  if (typeof error.status === 'number')
    return problemFromBody(error.status, error.data, response?.headers.get('Retry-After') ?? null)
  if (error.status === 'PARSING_ERROR') return problemFromBody(error.originalStatus, null)
  return problemFromBody(0, null)
}

const isProblem = (value: unknown): value is Problem =>
  isRecord(value) && typeof value.detail === 'string' && typeof value.status === 'number'

/** The words for any rejected call, for a toast or an alert. */
export const detailOf = (error: unknown): string => (isProblem(error) ? error.detail : plainWords(0))
