import { expect, test } from 'vitest'
import type { Column } from '../../../api/types'
import { datasetViewFrom } from '../datasetUrl'
import { changeTo, isShown, keptOf } from './viewState'

const COLUMNS = ['a', 'b', 'c'].map((name) => ({ name, type: 'text', style: 'text' }) as Column)
const at = (query: string) => datasetViewFrom(new URLSearchParams(query))

test('a view keeps filters, order and columns, and nothing of pages and tabs', () => {
  expect(keptOf(at('page=3&tab=summary'), COLUMNS)).toEqual({ filter: [], sort: [], columns: null })
  const kept = keptOf(at('filter=a:eq:1&sort=-b&hide=a&order=c'), COLUMNS)
  expect(kept).toEqual({ filter: ['a:eq:1'], sort: ['-b'], columns: ['c', 'b'] })
  expect(changeTo(kept, COLUMNS)).toEqual({ filters: ['a:eq:1'], sort: '-b', hidden: ['a'], order: ['c'] })
})

test('a view is shown when filters, order and columns are its own', () => {
  const view = { filter: ['a:eq:1', 'b:eq:2'], sort: ['a', '-b'], columns: ['b', 'a'] }
  const shown = 'filter=b:eq:2&filter=a:eq:1&sort=a,-b&hide=c&order=b'
  expect(isShown(view, at(shown), COLUMNS)).toBe(true)
  expect(isShown(view, at(`${shown}&page=4&tab=history`), COLUMNS)).toBe(true)
  expect(isShown(view, at('filter=b:eq:2&sort=a,-b&hide=c&order=b'), COLUMNS)).toBe(false)
  expect(isShown(view, at('filter=b:eq:2&filter=a:eq:1&sort=a,-b&order=b'), COLUMNS)).toBe(false)
})
