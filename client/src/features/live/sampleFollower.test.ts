import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Sample } from '../../api/liveSignals'
import { SampleFollower, type Stream } from './sampleFollower'

const sample = (second: number): Sample =>
  ({ timestamp: new Date(second * 1000).toISOString(), value: second }) as Sample

/** A server that has stored the samples of some seconds; `refuses` so many questions first. */
const following = (stored: number[], refuses = 0) => {
  let stream: Stream = { points: [], state: 'connecting' }
  const asked: number[] = []
  let left = refuses
  const follower = new SampleFollower(
    async (page) => {
      asked.push(page)
      left -= 1
      if (left >= 0) throw new Error('Not now.')
      return { samples: stored.toReversed().map(sample), total: stored.length }
    },
    (next) => {
      stream = next(stream)
    },
  )
  return {
    follower,
    stored,
    asked,
    seconds: () => stream.points.map(({ value }) => value),
    state: () => stream.state,
  }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())
const settle = () => vi.advanceTimersByTimeAsync(0)

test('what came before the stream opened is asked for', async () => {
  const { follower, seconds, state } = following([1, 2, 3])
  follower.onOpen()
  follower.onSample(sample(4))
  await settle()
  expect(seconds()).toEqual([1, 2, 3, 4])
  expect(state()).toBe('live')
})

test('a lost connection leaves no gap', async () => {
  const { follower, stored, seconds, state } = following([1, 2])
  follower.onOpen()
  await settle()
  follower.onSample(sample(3))
  follower.onBroken()
  expect(state()).toBe('reconnecting')
  stored.push(3, 4, 5)
  follower.onOpen()
  follower.onSample(sample(6))
  await settle()
  expect(seconds()).toEqual([1, 2, 3, 4, 5, 6])
})

test('one that breaks before it has caught up asks for all of it again', async () => {
  const { follower, stored, seconds } = following([1, 2])
  follower.onOpen()
  follower.onSample(sample(5))
  follower.onBroken()
  await settle()
  stored.push(3, 4, 5)
  follower.onOpen()
  await settle()
  expect(seconds()).toEqual([1, 2, 3, 4, 5])
})

test('who cannot be asked is asked again, until the stream ends', async () => {
  const { follower, asked, seconds } = following([1], 2)
  follower.onOpen()
  await vi.advanceTimersByTimeAsync(4000)
  expect(seconds()).toEqual([1])
  expect(asked).toHaveLength(3)
  const other = following([1], 100)
  other.follower.onOpen()
  await settle()
  other.follower.stop()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(other.asked).toHaveLength(1)
})
