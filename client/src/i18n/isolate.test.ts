import { expect, test } from 'vitest'
import { drawable, isolated, isolating } from './isolate'

test.each([
  ['gpj\u202efdp.csv', 'gpj\ufffdfdp.csv'],
  ['a\u2066b\u2069\u200f\u0000\u2028.csv', 'a\ufffdb\ufffd\ufffd\ufffd\ufffd.csv'],
  ['\u{1f468}\u200d\u{1f469} é 文件.csv', '\u{1f468}\u200d\u{1f469} é 文件.csv'],
])('%j is drawn as %j', (name, shown) => expect(drawable(name)).toBe(shown))

test('only what is written from right to left is set apart from its sentence', () => {
  expect(isolated('a.csv')).toBe('a.csv')
  expect(isolated('דוח.csv')).toBe('\u2068דוח.csv\u2069')
  expect(isolated('\u202eدفتر')).toBe('\u2068\ufffdدفتر\u2069')
})

test('texts keep their shape, and what their functions are given is set apart', () => {
  const texts = isolating({
    plain: 'Open',
    inner: { of: (name: string, n: number) => `${n} of ${name}`, list: ['a'] as readonly string[] },
  })
  expect(texts.plain).toBe('Open')
  expect(texts.inner.list).toEqual(['a'])
  expect(texts.inner.of('דוח', 2)).toBe('2 of \u2068דוח\u2069')
  expect(texts.inner.of('a\u202eb', 2)).toBe('2 of a\ufffdb')
})
