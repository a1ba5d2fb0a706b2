import { expect, test } from 'vitest'
import { ownValue } from './ownValue'

test('names that every object has are found only where somebody gave them', () => {
  expect(ownValue({}, 'constructor')).toBeUndefined()
  expect(ownValue({ constructor: 4 }, 'constructor')).toBe(4)
  expect(ownValue(JSON.parse('{"__proto__": 5}'), '__proto__')).toBe(5)
  expect(ownValue(null, 'a')).toBeUndefined()
})
