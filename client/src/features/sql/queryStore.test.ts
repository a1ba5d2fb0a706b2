import { expect, test } from 'vitest'
import { keptFrom, withNamed, withoutNamed, withRun } from './queryStore'

const NONE = { draft: '', history: [], saved: [] }
const run = (query: string, rows: number | null = 1) => ({ query, at: '2026-11-30T12:00:00Z', rows })

test('a statement that is run again moves to the top, and the oldest go', () => {
  let kept = keptFrom(null)
  for (let n = 0; n < 60; n += 1) kept = withRun(kept, run(`SELECT ${n}`))
  kept = withRun(kept, run('SELECT 30', null))

  expect(kept.history).toHaveLength(50)
  expect(kept.history[0]).toEqual(run('SELECT 30', null))
  expect(kept.history.filter(({ query }) => query === 'SELECT 30')).toHaveLength(1)
})

test('a name stands for one statement', () => {
  const both = withNamed(withNamed(NONE, { name: 'b', query: '1' }), { name: 'a', query: '2' })

  const again = withNamed(both, { name: 'b', query: '3' })

  expect(again.saved).toEqual([
    { name: 'a', query: '2' },
    { name: 'b', query: '3' },
  ])
  expect(withoutNamed(again, 'a').saved).toEqual([{ name: 'b', query: '3' }])
})

test('what is stored comes back, and what is not understood is left out', () => {
  const kept = withNamed(withRun({ ...NONE, draft: 'FROM' }, run('SELECT 1')), { name: 'a', query: '2' })

  expect(keptFrom(JSON.stringify(kept))).toEqual(kept)
  expect(keptFrom('{"history": [1, {"query": 2}], "saved": "no"}')).toEqual(NONE)
  expect(keptFrom('not JSON')).toEqual(NONE)
})
