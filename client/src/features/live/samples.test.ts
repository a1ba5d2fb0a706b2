import { expect, test } from 'vitest'
import { broken, drawnUpTo, factsOf, merged, missedSince, type Point, ticksBetween, within } from './samples'

const KEEP = 900_000
const at = (...seconds: number[]): Point[] => seconds.map((second) => ({ at: second * 1000, value: second }))

test('what comes late stands where it belongs, and nothing twice', () =>
  expect(merged(at(1, 2, 5), at(3, 4, 5), KEEP)).toEqual(at(1, 2, 3, 4, 5)))

test('the newer word about a moment is right', () => {
  const both = merged(at(1, 2), [{ at: 2000, value: 9 }], KEEP)
  expect(both).toEqual([...at(1), { at: 2000, value: 9 }])
})

test('what is too old is let go', () => expect(merged(at(1, 2, 3), at(4), 2000)).toEqual(at(3, 4)))

test('a window is what lies before its end', () =>
  expect(within(at(1, 2, 3, 4, 5), 4000, 2000)).toEqual(at(3, 4)))

test('for somebody who wants little motion a picture stands for five seconds', () => {
  const ends = [0, 1, 2, 3, 4, 5, 6].map((more) => drawnUpTo(at(1000, 1000 + more), true))
  expect(ends).toEqual([1e6, 1e6, 1e6, 1e6, 1e6, 1_005_000, 1_005_000])
  expect(drawnUpTo(at(1003), false)).toBe(1_003_000)
  expect(drawnUpTo([], true)).toBe(0)
})

test('no line leads across a time without samples', () =>
  expect(broken(at(1, 2, 7))).toEqual([
    { x: 1000, y: 1 },
    { x: 2000, y: 2 },
    { x: 6999, y: null },
    { x: 7000, y: 7 },
  ]))

test('the points in words', () => {
  expect(factsOf(at(3, 1, 2))).toMatchObject({ count: 3, min: 1, max: 3, last: { at: 2000 } })
  expect(factsOf([])).toBeNull()
})

/** Pages of what is stored, the newest first; one more sample is there at every question. */
const store = (count: number, size: number) => {
  let now = count
  const asked: number[] = []
  const ask = (page: number) => {
    asked.push(page)
    const all = Array.from({ length: now }, (_, n) => now - n)
    now += 1
    const samples = all.slice((page - 1) * size, page * size).map((second) => ({
      timestamp: new Date(second * 1000).toISOString(),
      value: second,
    }))
    return Promise.resolve({ samples, total: all.length })
  }
  return { ask, asked }
}

test('what was missed is asked for page by page, as far as it goes and no further', async () => {
  const { ask, asked } = store(100, 10)
  const found = merged([], await missedSince(75_000, KEEP, 10, ask), KEEP)
  expect(found.slice(0, 25)).toEqual(at(...Array.from({ length: 25 }, (_, n) => n + 76)))
  expect(asked).toEqual([1, 2, 3])
})

test('a signal with few samples ends with its pages', async () => {
  const { ask } = store(3, 10)
  expect(await missedSince(0, KEEP, 10, ask)).toEqual(at(1, 2, 3))
  const nothing = store(0, 10)
  expect(await missedSince(0, KEEP, 10, nothing.ask)).toEqual([])
})

test('after a night only the longest window is asked for', async () => {
  const { ask, asked } = store(5000, 10)
  const found = await missedSince(Number.NEGATIVE_INFINITY, 25_000, 10, ask)
  expect(found.at(-1)?.at).toBe(5_000_000)
  expect(found[0]?.at).toBe(4_976_000)
  expect(asked).toEqual([1, 2, 3])
})

test.each([
  [1, 10_000],
  [5, 60_000],
  [15, 180_000],
])('%s minutes are divided by %s ms', (minutes, step) => {
  const from = 1_700_000_123_000
  const ticks = ticksBetween(from, from + minutes * 60_000)
  expect(ticks.length).toBeGreaterThan(3)
  expect(ticks.every((tick) => tick % step === 0)).toBe(true)
})
