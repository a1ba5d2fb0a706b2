import { expect, test } from 'vitest'
import { afterTyping, asShown } from './lineEnds'

test('a field shows every line end as one line feed, and all else as it is', () =>
  expect(asShown('a\r\nb\rc\nd\t \u0000e')).toBe('a\nb\nc\nd\t \u0000e'))

test.each([
  ['a\nb', 'a\nbx', 'a\nbx'],
  ['a\r\nb', 'a\nbx', 'a\r\nbx'],
  ['a\r\nb', 'xa\nb', 'xa\r\nb'],
  ['a\r\nb', 'ab', 'ab'],
  ['a\r\nb', 'a\nb\nc', 'a\r\nb\r\nc'],
  ['a\rb\nc', 'a\nb\ncx', 'a\rb\ncx'],
  ['a\rb\nc', 'a\nbx\nc', 'a\rbx\nc'],
  ['a\rb\r\nc\n', 'a\nc\n', 'a\rc\n'],
  ['\r\n', '', ''],
  ['\r\n', '\n ', '\r\n '],
  ['', 'a\n', 'a\n'],
])('%j, then seen as %j, is meant as %j', (exact, shown, meant) =>
  expect(afterTyping(exact, shown, exact)).toBe(meant),
)

test('what was taken out and is put back has its line ends again', () => {
  const original = 'a\r\nb\rc'
  const emptied = afterTyping(original, '', original)
  expect(emptied).toBe('')
  expect(afterTyping(emptied, asShown(original), original)).toBe(original)
  expect(afterTyping(emptied, 'x\ny', original)).toBe('x\r\ny')
})

test('changes in several lines, one after another, leave the ends of all lines', () => {
  const original = 'a\rb\nc\r\nd'
  const first = afterTyping(original, 'ax\nb\nc\nd', original)
  expect(afterTyping(first, 'ax\nb\nc\ndy', original)).toBe('ax\rb\nc\r\ndy')
})
