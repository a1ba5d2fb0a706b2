import type { Problem } from '../../api/problem'
import { plural } from '../../shared/format'

/** Why signing in or registering did not work, in a sentence; the server's own words where it has some. */
export const refusalOf = (error: Problem): string => {
  if (error.status === 429 && error.retryAfter !== null)
    return `Too many tries. Wait ${plural(Math.ceil(error.retryAfter), 'second')} and try again.`
  if (error.status === 401) return 'That username and password do not belong together.'
  return error.detail
}

/** The error of a mutation hook, which may also be one that never reached the server. */
export const refusalText = (error: unknown): string | null => {
  if (error === undefined || error === null) return null
  const isProblem = typeof error === 'object' && 'status' in error && 'detail' in error
  return isProblem ? refusalOf(error as Problem) : 'Something went wrong. Try again.'
}
