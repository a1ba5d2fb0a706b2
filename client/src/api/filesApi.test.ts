import { describe, expect, test } from 'vitest'
import { nextCursor } from './filesApi'
import { problemFromBody } from './problem'

describe('the cursor of the next page', () => {
  test('is taken out of the Link header', () => {
    expect(nextCursor('<http://localhost/api/files?limit=25&cursor=a%2Bb>; rel="next"')).toBe('a+b')
    expect(nextCursor('</files?cursor=abc&limit=25>; rel=next')).toBe('abc')
  })
  test('is null on the last page', () => {
    expect(nextCursor(null)).toBeNull()
    expect(nextCursor('</files?cursor=abc>; rel="prev"')).toBeNull()
  })
})

describe('a refusal', () => {
  test('speaks with the words of the server', () => {
    const problem = problemFromBody(413, { detail: 'At most 1 GB.', code: 'too_large' }, '12')
    expect(problem).toEqual({
      status: 413,
      detail: 'At most 1 GB.',
      code: 'too_large',
      retryAfter: 12,
      current: null,
    })
  })
  test('has words of its own when the server says nothing', () => {
    expect(problemFromBody(0, null).detail).toMatch(/cannot be reached/)
    expect(problemFromBody(502, '<html>').detail).toMatch(/502/)
  })
})
