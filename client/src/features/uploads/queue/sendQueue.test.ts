import { expect, test } from 'vitest'
import { createQueue, PARALLEL_UPLOADS } from './sendQueue'

const queued = (ids: string[], paused = new Set<string>()) => {
  const started: string[] = []
  const ends = new Map<string, () => void>()
  const here = new Set(ids)
  const settled: string[] = []
  const queue = createQueue({
    isHere: (id) => here.has(id),
    isPaused: (id) => paused.has(id),
    start: (id) =>
      new Promise((resolve) => {
        started.push(id)
        ends.set(id, resolve)
      }),
    onSettled: (id) => settled.push(id),
  })
  for (const id of ids) queue.push(id)
  const end = async (id: string) => {
    ends.get(id)?.()
    await new Promise((done) => setTimeout(done))
  }
  return { queue, started, settled, here, paused, end }
}
const five = ['a', 'b', 'c', 'd', 'e']

test('only a few are sent at once, in the order of adding', async () => {
  const { queue, started, settled, end } = queued(five)
  queue.pump()
  expect(started).toEqual(five.slice(0, PARALLEL_UPLOADS))
  await end('b')
  expect(settled).toEqual(['b'])
  expect(started).toEqual(['a', 'b', 'c', 'd'])
})

test('a paused upload makes room for the next one', () => {
  const { queue, started, paused } = queued(five)
  queue.pump()
  paused.add('a')
  queue.pump()
  expect(started).toEqual(['a', 'b', 'c', 'd'])
})

test('one can be put first, and one can be taken out', () => {
  const { queue, started } = queued(five)
  queue.putFirst('e')
  queue.take('a')
  queue.pump()
  expect(started).toEqual(['e', 'b', 'c'])
})

test('a file that is gone is not started', () => {
  const { queue, started, here } = queued(five)
  here.delete('a')
  queue.pump()
  expect(started).toEqual(['b', 'c', 'd'])
})
