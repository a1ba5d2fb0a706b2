import { expect, test } from 'vitest'
import type { Column } from '../../../api/types'
import { datasetViewFrom } from '../datasetUrl'
import { changeTo, isShown, keptOf } from './viewState'

const COLUMNS = ['a', 'b', 'c'].map((name) => ({ name, type: 'text', style: 'text' }) as Column)
const at = (query: string) => datasetViewFrom(new URLSearchParams(query))

test('a view keeps filters, order and columns, and the rest of the address but the page of rows', () => {
  expect(keptOf(at('page=3&tab=summary'), COLUMNS)).toEqual({
    filter: [],
    sort: [],
    columns: null,
    q: '',
    page: 'tab=summary',
  })
  const rest =
    'tab=summary&size=500&version=3&freeze=1&width=b%3A220&chart=bar&by=a&measure=sum%28c%29&unit=month&split=c&top=5'
  const shown = at(`filter=a:eq:1&q=Ulm&sort=-b&hide=a&order=c&page=4&at=3&${rest}`)
  const kept = keptOf(shown, COLUMNS)
  expect(kept).toEqual({
    filter: ['a:eq:1'],
    sort: ['-b'],
    columns: ['c', 'b'],
    q: 'Ulm',
    page: new URLSearchParams(rest).toString(),
  })
  expect(changeTo(kept, COLUMNS)).toEqual({ ...shown, page: 1, at: null })
})

test('a view is shown when filters, order and columns are its own', () => {
  const view = { filter: ['a:eq:1', 'b:eq:2'], sort: ['a', '-b'], columns: ['b', 'a'], q: '', page: '' }
  const shown = 'filter=b:eq:2&filter=a:eq:1&sort=a,-b&hide=c&order=b'
  expect(isShown(view, at(shown), COLUMNS)).toBe(true)
  expect(isShown(view, at(`${shown}&page=4&tab=history`), COLUMNS)).toBe(true)
  expect(isShown(view, at(`${shown}&q=x`), COLUMNS)).toBe(false)
  expect(isShown({ ...view, page: 'tab=summary' }, at(shown), COLUMNS)).toBe(false)
  expect(isShown({ ...view, page: 'tab=summary' }, at(`${shown}&tab=summary`), COLUMNS)).toBe(true)
  expect(isShown(view, at('filter=b:eq:2&sort=a,-b&hide=c&order=b'), COLUMNS)).toBe(false)
  expect(isShown(view, at('filter=b:eq:2&filter=a:eq:1&sort=a,-b&order=b'), COLUMNS)).toBe(false)
})
