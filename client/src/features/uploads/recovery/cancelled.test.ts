// @vitest-environment jsdom
import { beforeEach, expect, test } from 'vitest'
import { Cancelled } from './cancelled'

beforeEach(() => localStorage.clear())

test('what was cancelled is remembered for its user, until it is undone or done', () => {
  new Cancelled('ann').add(['a', 'b'])
  new Cancelled('ann').add(['b', 'c'])
  new Cancelled('ann').remove(['a', 'unknown'])
  expect([...new Cancelled('ann').all()]).toEqual(['b', 'c'])
  expect(new Cancelled('bob').all().size).toBe(0)
  new Cancelled('ann').remove(['b', 'c'])
  expect(localStorage.length).toBe(0)
})

test('a note that cannot be read is none', () => {
  localStorage.setItem('parquay-cancelled-ann', '{')
  expect(new Cancelled('ann').all().size).toBe(0)
  localStorage.setItem('parquay-cancelled-ann', '{"a":1}')
  expect(new Cancelled('ann').all().size).toBe(0)
})
