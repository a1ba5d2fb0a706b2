// @vitest-environment jsdom
import { afterEach, expect, test } from 'vitest'
import { setLanguage, text } from '../../i18n/language'
import { storedWords } from './storedWords'

afterEach(() => setLanguage('en'))

const said = (quota: number | null, uploads: number, tables: number) =>
  storedWords({ quota_bytes: quota, used_bytes: { uploads, tables } }, text().auth.account)

test('what is stored is said with its parts, of the quota', () => {
  expect(said(100_000_000, 12_000_000, 400_000)).toBe(
    '12.4 MB of 100 MB stored: uploads 12.0 MB, tables with all versions 400 KB',
  )
})

test('without a quota it is only what is stored', () => {
  expect(said(null, 0, 0)).toBe('0 B stored: uploads 0 B, tables with all versions 0 B')
})

test('in German it is said in German', async () => {
  await setLanguage('de')
  expect(said(1_000_000_000, 1_500_000, 0)).toBe(
    '1,5 MB von 1,0 GB belegt: Uploads 1,5 MB, Tabellen mit allen Versionen 0 B',
  )
})
