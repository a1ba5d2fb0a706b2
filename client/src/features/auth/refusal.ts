import { detailOf, type Problem } from '../../api/problem'
import { text } from '../../i18n/language'

/** Why signing in or registering did not work, in a sentence. */
export const refusalOf = (error: Problem): string => {
  if (error.status === 429 && error.retryAfter !== null) return text().auth.wait(Math.ceil(error.retryAfter))
  if (error.status === 401) return text().auth.wrong
  return detailOf(error)
}

/** The error of a mutation hook, which may also be one that never reached the server. */
export const refusalText = (error: unknown): string | null => {
  if (error === undefined || error === null) return null
  const isProblem = typeof error === 'object' && 'status' in error && 'detail' in error
  return isProblem ? refusalOf(error as Problem) : text().auth.failed
}
