import { expect, test } from 'vitest'
import { changeDatasetView, datasetViewFrom, nextColumnSort, paramsOfDatasetView } from './datasetUrl'

const read = (query: string) => datasetViewFrom(new URLSearchParams(query))

test('the plain page has a plain address', () => {
  expect(paramsOfDatasetView(read('')).toString()).toBe('')
})

test('tab, page, sort, filters and version come back from the address', () => {
  const query =
    'tab=summary&page=3&size=500&sort=-price&filter=price%3Agt%3A5&filter=city%3Aeq%3AA&q=Ulm&version=2&at=7' +
    '&hide=note&order=city&order=price&freeze=1&width=a%3Ab%3A220&chart=line&by=day&measure=sum%28price%29&unit=month&split=city&top=50'
  expect(paramsOfDatasetView(read(query)).toString()).toBe(query)
  expect(read(query).filters).toEqual(['price:gt:5', 'city:eq:A'])
  expect(read(query).widths).toEqual({ 'a:b': 220 })
})

test.each([
  'page=-1',
  'page=x',
  'size=7',
  'tab=other',
  'version=-2',
  'version=',
  'width=a',
  'width=a:x',
  'width=:90',
])('%s falls back to the default', (query) => expect(paramsOfDatasetView(read(query)).toString()).toBe(''))

test('version 0 is a version', () => expect(read('version=0').version).toBe(0))

test('other rows start at the first page, another tab does not', () => {
  const view = read('page=4&at=3')
  expect(changeDatasetView(view, { sort: 'a' })).toMatchObject({ page: 1, at: null })
  expect(changeDatasetView(view, { q: 'a' })).toMatchObject({ page: 1, at: null })
  expect(changeDatasetView(view, { tab: 'history' })).toMatchObject({ page: 4 })
})

test('a column sorts up, down, and not at all', () => {
  expect(['', 'a', '-a'].map((sort) => nextColumnSort(sort, 'a'))).toEqual(['a', '-a', ''])
})
