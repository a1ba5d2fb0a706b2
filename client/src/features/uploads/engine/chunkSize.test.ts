import { expect, test } from 'vitest'
import { smallerChunk } from './chunkSize'

test.each([
  [5_000_000_000, 95_000_000],
  [95_000_000, 60_000_000],
  [1_500_000, 1_000_000],
  [1_000_000, 500_000],
  [60_000, 50_000],
])('after %i bytes were refused %i are tried', (refused, tried) => expect(smallerChunk(refused)).toBe(tried))

test('there is an end', () => {
  let piece: number | null = 10_000_000_000
  let steps = 0
  while (piece !== null) {
    piece = smallerChunk(piece)
    steps += 1
  }
  expect(steps).toBeLessThan(15)
})
