import { expect, test } from 'vitest'
import type { Result } from '../../api/sqlApi'
import { firstChoice, resultChart } from './resultChart'

const RESULT: Result = {
  columns: [
    { name: 'n', type: 'int64' },
    { name: 'city', type: 'text' },
    { name: 'total', type: 'decimal(18,2)' },
  ],
  rows: [
    { n: 1, city: 'Ulm', total: '24.50' },
    { n: 2, city: null, total: null },
  ],
  truncated: false,
}
const WORDS = { title: (of: string, by: string) => `${of} by ${by}`, null: 'nothing' }

test('a number is drawn beside the words of its row, and written exactly', () => {
  const choice = firstChoice(RESULT.columns)
  expect(choice).toEqual({ by: 'city', of: 'n' })

  const chart = resultChart(RESULT, { by: 'city', of: 'total' }, WORDS)

  expect(chart.title).toBe('total by city')
  expect(chart.bars).toEqual([
    { id: '0', key: 'Ulm', tick: 'Ulm', value: 24.5, text: '24.50', filters: [] },
    { id: '1', key: 'nothing', tick: 'nothing', value: null, text: 'nothing', filters: [] },
  ])
})

test('nothing is drawn without a number', () => {
  expect(firstChoice([{ name: 'city', type: 'text' }])).toBeNull()
  expect(firstChoice([{ name: 'n', type: 'int64' }])).toBeNull()
  expect(firstChoice([])).toBeNull()
})
