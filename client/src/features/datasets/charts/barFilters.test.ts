import { expect, test } from 'vitest'
import { binFilters, nextStart, unitFilters, valueFilters } from './barFilters'

test.each([
  ['2025-12-01', 'month', '2026-01-01'],
  ['2025-10-01', 'quarter', '2026-01-01'],
  ['2025-01-01', 'year', '2026-01-01'],
  ['2025-09-29', 'week', '2025-10-06'],
  ['2025-12-31T23:00:00', 'hour', '2026-01-01T00:00:00'],
  ['2025-03-30', 'day', '2025-03-31'],
  ['9999-12-01', 'month', null],
  ['nothing', 'month', null],
  ['2025-12-01', 'fortnight', null],
])('behind %s comes, a %s later, %s', (from, unit, next) => expect(nextStart(from, unit)).toBe(next))

test('a bar leaves its own rows', () => {
  expect(unitFilters('day', '2025-12-01', 'month')).toEqual(['day:ge:2025-12-01', 'day:lt:2026-01-01'])
  expect(unitFilters('day', null, 'month')).toEqual(['day:isnull:true'])
  expect(unitFilters('day', '9999-12-01', 'month')).toEqual([])
  expect(valueFilters('city', 'Ulm')).toEqual(['city:eq:Ulm'])
  expect(valueFilters('city', null)).toEqual(['city:isnull:true'])
  expect(binFilters('n', [0, 2.5], { integral: true, isLast: false })).toEqual(['n:ge:0', 'n:lt:3'])
  expect(binFilters('n', [2.5, 5], { integral: false, isLast: true })).toEqual(['n:ge:2.5', 'n:le:5'])
})
