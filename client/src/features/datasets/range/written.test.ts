import { describe, expect, test } from 'vitest'
import { cellsOf, separatorOf } from './pasted'
import { asCsv, asMarkdown, asTsv, type Text } from './written'

const COLUMNS = ['a', 'b|c']
const ROWS: Text[][] = [
  ['1,5', 'x\ty'],
  ['', null],
  ['"quoted"', 'two\nlines'],
  [' spaces ', 'a\\b | c'],
  ['tail"', 'cr\r\nlf'],
]
const block = { columns: COLUMNS, rows: ROWS }

describe('cells that are copied', () => {
  test('come back from TSV as they were, missing ones and empty texts told apart', () => {
    const text = asTsv(block)
    expect(text.split('\n')[0]).toBe('1,5\t"x\ty"')
    expect(cellsOf(text, separatorOf(text))).toEqual(ROWS)
  })
  test('come back from CSV, below the names of their columns', () => {
    expect(cellsOf(asCsv(block), ',')).toEqual([COLUMNS, ...ROWS])
  })
  test('are a table in Markdown, whatever is in them', () => {
    expect(asMarkdown({ columns: COLUMNS, rows: ROWS.slice(2, 4) })).toBe(
      '| a | b\\|c |\n| --- | --- |\n| "quoted" | two<br>lines |\n|  spaces  | a\\\\b \\| c |\n',
    )
  })
})

describe('what is pasted', () => {
  test.each<[string, string, Text[][]]>([
    ['one cell', 'abc', [['abc']]],
    [
      'the end of a line',
      'a\tb\r\nc\td\r\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['line ends inside of quotes', '"a\nb"\tc', [['a\nb', 'c']]],
    ['quotes inside of quotes', '"say ""hi"""\tx', [['say "hi"', 'x']]],
    ['a quote that nothing closes', '5" disk\t"x', [['5" disk', '"x']]],
    ['quotes that end early', '"a"b\tc', [['"a"b', 'c']]],
    [
      'missing cells',
      'a\t\t\n\tb\t',
      [
        ['a', null, null],
        [null, 'b', null],
      ],
    ],
    ['an empty line in between', 'a\n\nb', [['a'], [null], ['b']]],
    ['nothing', '', [[null]]],
  ])('keeps %s', (_, text, wanted) => {
    expect(cellsOf(text, separatorOf(text))).toEqual(wanted)
  })
  test.each([
    ['a\tb,c', '\t'],
    ['a;b\nc;d', ';'],
    ['a,b\n"c,1",d', ','],
    ['hello, world', 'none'],
    ['1,5\n2,5', 'none'],
    ['a,b\nc', 'none'],
  ])('%j is separated by %j', (text, wanted) => {
    expect(separatorOf(text)).toBe(wanted)
  })
})
