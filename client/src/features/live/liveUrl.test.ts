import { expect, test } from 'vitest'
import { liveViewFrom, nextSampleSort, paramsOfLiveView } from './liveUrl'

const read = (query: string) => liveViewFrom(new URLSearchParams(query))

test('the plain page shows random numbers, and has a plain address', () => {
  expect(read('')).toEqual({ signal: 'random', minutes: 5, page: 1, sort: '-timestamp' })
  expect(paramsOfLiveView(read('')).toString()).toBe('')
})

test('everything comes back from the address', () => {
  const query = 'signal=ingest_rate&window=15&page=3&sort=value'
  expect(paramsOfLiveView(read(query)).toString()).toBe(query)
})

test.each(['window=7', 'page=-1', 'page=x', 'sort=name', 'signal='])(
  '%s falls back to the default',
  (query) => expect(paramsOfLiveView(read(query)).toString()).toBe(''),
)

test('a head sorts down first, then up', () => {
  expect(nextSampleSort('-timestamp', 'value')).toBe('-value')
  expect(nextSampleSort('-value', 'value')).toBe('value')
  expect(nextSampleSort('value', 'value')).toBe('-value')
})
