import { describe, expect, test } from 'vitest'
import { headVerdict, isOurs, retryAfterMs, retryDelays, retryVerdict } from './retryPolicy'

describe('an answer to HEAD', () => {
  test.each([200, 204, 423])('%i goes on as the tus client does by itself', (status) =>
    expect(headVerdict(status)).toBe('pass'),
  )
  test.each([404, 410])('%i means that the upload is gone', (status) =>
    expect(headVerdict(status)).toBe('gone'),
  )
  test('401 asks the person to sign in', () => expect(headVerdict(401)).toBe('sign-in'))
  test.each([0, 400, 403, 408, 429, 500, 502, 503, 504])(
    '%i neither forgets nor restarts the upload',
    (status) => expect(headVerdict(status)).toBe('again'),
  )
})

describe('a failed request', () => {
  test.each([400, 403, 404, 410, 413, 415, 422, 507])('%i is not tried again', (status) =>
    expect(retryVerdict(status)).toBe('give-up'),
  )
  test.each([0, 409, 423, 500, 502, 503, 504])('%i is tried again', (status) =>
    expect(retryVerdict(status)).toBe('again'),
  )
  test('401 waits for a sign-in and 429 for as long as the server says', () => {
    expect(retryVerdict(401)).toBe('sign-in')
    expect(retryVerdict(429)).toBe('cool-down')
  })
})

describe('413', () => {
  test('of the server is final, of a proxy it asks for smaller pieces', () => {
    expect(retryVerdict(413, isOurs('1.0.0', ''))).toBe('give-up')
    expect(retryVerdict(413, isOurs(null, '{"code":"too_large","status":413}'))).toBe('give-up')
    expect(retryVerdict(413, isOurs(null, '<html>413 Request Entity Too Large</html>'))).toBe('smaller')
    expect(retryVerdict(413, isOurs(null, '"too large"'))).toBe('smaller')
  })
})

describe('waiting', () => {
  test('starts below a second and lasts for half an hour in all', () => {
    const delays = retryDelays(() => 0.5)
    expect(delays[0]).toBe(500)
    expect(delays.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(30 * 60_000)
  })

  test('is spread by a fifth, so that many clients do not come back at once', () => {
    expect(retryDelays(() => 0)[1]).toBe(800)
    expect(retryDelays(() => 1)[1]).toBe(1200)
  })

  test('reads Retry-After as seconds or as a date', () => {
    const now = Date.parse('2026-01-01T00:00:00Z')
    expect(retryAfterMs('7', now)).toBe(7000)
    expect(retryAfterMs('Thu, 01 Jan 2026 00:00:30 GMT', now)).toBe(30_000)
    expect(retryAfterMs('soon', now)).toBe(0)
    expect(retryAfterMs(null, now)).toBe(0)
  })
})
