const STEPS_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000]
const LAST_STEP_MS = 60_000
const LAST_STEP_TIMES = 30

/** Milliseconds before each try: quick at first, then each minute for half an hour; ±20 % jitter. */
export const retryDelays = (random: () => number = Math.random): number[] =>
  [...STEPS_MS, ...Array<number>(LAST_STEP_TIMES).fill(LAST_STEP_MS)].map((ms) =>
    Math.round(ms * (0.8 + 0.4 * random())),
  )

/**
 * What an answer to HEAD means. The tus client takes anything but 2xx and 423 for "the upload is
 * gone", forgets its address and starts again from byte 0; only 404 and 410 really say so.
 */
export type HeadVerdict = 'pass' | 'gone' | 'sign-in' | 'again'
export const headVerdict = (status: number): HeadVerdict => {
  if ((status >= 200 && status < 300) || status === 423) return 'pass'
  if (status === 404 || status === 410) return 'gone'
  if (status === 401) return 'sign-in'
  return 'again'
}

/**
 * What a failed request means. Status 0: no answer at all. `ours`: the server itself has spoken, and not a proxy in
 * front of it, whose 413 says only that so much at once is too much.
 */
export type RetryVerdict = 'give-up' | 'sign-in' | 'cool-down' | 'smaller' | 'again'
export const retryVerdict = (status: number, ours = true): RetryVerdict => {
  if (status === 401) return 'sign-in'
  if (status === 413 && !ours) return 'smaller'
  if (status === 429) return 'cool-down'
  if (status === 409 || status === 423) return 'again'
  // A full disk or a spent quota does not change by asking again; the person has to act.
  if ((status >= 400 && status < 500) || status === 507) return 'give-up'
  return 'again'
}

/** Milliseconds out of `Retry-After` (seconds, or a date). */
export const retryAfterMs = (header: string | null | undefined, now: number): number => {
  if (!header) return 0
  const seconds = Number(header)
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now
  return Number.isFinite(ms) ? Math.max(0, ms) : 0
}

/** Whether an answer is the server's own: it speaks tus, or says what is wrong by a code. */
export const isOurs = (tusVersion: string | null | undefined, body: string): boolean => {
  if (tusVersion) return true
  try {
    const said: unknown = JSON.parse(body)
    return typeof said === 'object' && said !== null && 'code' in said
  } catch {
    return false
  }
}
