import { expect, test } from 'vitest'
import type { Column } from '../../api/types'
import { columnsInView, orderAfterMove, viewOfColumns } from './columnsView'

const COLUMNS = ['a', 'b', 'c', 'd'].map((name) => ({ name, type: 'text', style: 'text' }) as Column)
const namesOf = (columns: Column[]) => columns.map(({ name }) => name).join('')

test.each([
  [[], [], 'abcd'],
  [['b'], [], 'acd'],
  [[], ['c'], 'cabd'],
  [['a'], ['d', 'a', 'gone'], 'dbc'],
  [['a', 'b', 'c', 'd'], [], 'abcd'],
])('without %s and with %s first: %s', (hidden, order, shown) =>
  expect(namesOf(columnsInView(COLUMNS, { hidden, order }))).toBe(shown),
)

test('a column changes places with the one that is shown beside it', () => {
  expect(orderAfterMove(COLUMNS, { hidden: [], order: [] }, 'a', 1)).toEqual(['b'])
  expect(orderAfterMove(COLUMNS, { hidden: [], order: ['b'] }, 'a', -1)).toEqual([])
  const hidden = ['b']
  const order = orderAfterMove(COLUMNS, { hidden, order: [] }, 'c', -1)
  expect(namesOf(columnsInView(COLUMNS, { hidden, order }))).toBe('cad')
  expect(orderAfterMove(COLUMNS, { hidden: [], order: [] }, 'd', 1)).toEqual([])
})

test('a list of columns says what is hidden, and no more of the order than it has to', () => {
  expect(viewOfColumns(COLUMNS, null)).toEqual({ hidden: [], order: [] })
  expect(viewOfColumns(COLUMNS, ['a', 'c'])).toEqual({ hidden: ['b', 'd'], order: [] })
  const view = viewOfColumns(COLUMNS, ['d', 'b', 'a'])
  expect(namesOf(columnsInView(COLUMNS, view))).toBe('dba')
})
