import { expect, test } from 'vitest'
import { fieldsFor, keptTypes, NO_CHOICE, optionsOf, spotOf, wrongCount } from './readingChoice'
import { shapeOf, withReading } from './rememberedReadings'

test('only what was said is sent, numbers as numbers, a single space as it is', () => {
  expect(optionsOf(NO_CHOICE)).toEqual({})
  expect(
    optionsOf({
      ...NO_CHOICE,
      delimiter: ' ',
      encoding: ' cp1252 ',
      header: '0',
      missing: ['n/a'],
      types: { day: { type: 'date', style: ' dd.MM.yyyy ' }, zip: { type: 'text', style: '' } },
    }),
  ).toEqual({
    delimiter: ' ',
    encoding: 'cp1252',
    header: 0,
    missing: ['n/a'],
    types: { day: { type: 'date', style: 'dd.MM.yyyy' }, zip: { type: 'text' } },
  })
})

test.each([
  ['2', null],
  ['', null],
  ['two', 'header'],
  ['-1', 'header'],
  ['1.5', 'header'],
])('rows of names: %s', (header, wrong) => expect(wrongCount({ ...NO_CHOICE, header })).toBe(wrong))

test.each([
  ['delimiter must be one ASCII character, and none that ends a line.', 'invalid_value', 'delimiter'],
  ["encoding 'xx' is not known.", 'invalid_value', 'encoding'],
  ["types: 'foo' of the column 'Ort' is no type.", 'invalid_value', 'types'],
  ['missing.1: Input should be a valid string', 'invalid_value', 'missing'],
  ['sheet: the file is no workbook, so it has no sheets.', 'no_sheet', 'sheet'],
  ['There are 2 tables in the archive; say with member which', 'several_members', 'member'],
  ['The file has no rows.', 'no_rows', null],
])('%s stands beside its field', (detail, code, spot) => expect(spotOf({ code, detail })).toBe(spot))

test('wishes for columns that are gone are left out', () => {
  const columns = [{ name: 'a' }, { name: 'b' }] as Parameters<typeof keptTypes>[1]
  expect(keptTypes({ a: { type: 'text' }, 'a;b': { type: 'date' } }, columns)).toEqual({
    a: { type: 'text' },
  })
})

test.each([
  ['a.csv', undefined, ['delimiter', 'quote', 'encoding', 'header', 'skip']],
  ['a.xlsx', undefined, ['sheet', 'header', 'skip']],
  ['a.zip', 'csv', ['member', 'delimiter', 'quote', 'encoding', 'header', 'skip']],
  ['a.ndjson', undefined, ['path', 'encoding']],
  ['a.parquet', undefined, []],
])('of %s it can be said how its kind is read', (name, format, fields) =>
  expect(fieldsFor(name, format)).toEqual(fields),
)

test('the newest choice for a shape is kept, of thirty shapes', () => {
  const shape = shapeOf([{ name: 'a' }, { name: 'b' }])
  const choice = (delimiter: string) => ({ ...NO_CHOICE, delimiter })
  const list = withReading([{ shape, choice: choice(';') }], { shape, choice: choice('|') })
  expect(list).toEqual([{ shape, choice: choice('|') }])
  const many = Array.from({ length: 40 }, (_, n) => ({ shape: `${n}`, choice: choice('') }))
  expect(many.reduce(withReading, list)).toHaveLength(30)
  expect(shape).not.toBe(shapeOf([{ name: 'a,b' }]))
})
