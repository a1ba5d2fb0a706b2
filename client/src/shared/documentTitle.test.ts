// @vitest-environment jsdom
import { expect, test } from 'vitest'
import { setTitlePart } from './documentTitle'

test('the title has the progress first, then the page, then the application', () => {
  setTitlePart('page', 'a.csv')
  expect(document.title).toBe('a.csv · Parquay')
  setTitlePart('progress', '42% · 3 files')
  expect(document.title).toBe('42% · 3 files · a.csv · Parquay')
  setTitlePart('page', null)
  expect(document.title).toBe('42% · 3 files · Parquay')
  setTitlePart('progress', null)
  expect(document.title).toBe('Parquay')
})
