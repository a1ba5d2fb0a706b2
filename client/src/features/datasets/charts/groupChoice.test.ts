import { expect, test } from 'vitest'
import type { Column } from '../../../api/types'
import { groupChoiceOf } from './groupChoice'

const column = (name: string, type: string) => ({ name, type, style: type, missing: {} }) as Column
const COLUMNS = [column('day', 'date'), column('city', 'text'), column('price', 'double')]
const [day, city, price] = COLUMNS

test.each([
  [
    { by: 'day', measure: 'sum(price)', unit: 'week' },
    { by: day, measure: 'sum', of: price, unit: 'week' },
  ],
  [
    { by: 'day', measure: '', unit: '' },
    { by: day, measure: 'count', of: price, unit: 'month' },
  ],
  [
    { by: 'day', measure: '', unit: 'each' },
    { by: day, measure: 'count', of: price, unit: '' },
  ],
  [
    { by: 'city', measure: 'avg(gone)', unit: 'month' },
    { by: city, measure: 'avg', of: price, unit: '' },
  ],
  [
    { by: 'gone', measure: 'median(price)', unit: '' },
    { by: day, measure: 'count', of: price, unit: 'month' },
  ],
])('%o', (asked, choice) => expect(groupChoiceOf(asked, COLUMNS, null)).toEqual(choice))
