// @vitest-environment jsdom
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { de } from '../i18n/de'
import { setLanguage } from '../i18n/language'
import { detailOf, problemFromBody } from './problem'

const BACKEND = join(import.meta.dirname, '..', '..', '..', 'backend', 'parquay')

afterEach(() => setLanguage('en'))

const quota = problemFromBody(413, { code: 'quota_exceeded', detail: 'The quota of 5 bytes is used up.' })

test('in English the server speaks for itself', () => {
  expect(detailOf(quota)).toBe('The quota of 5 bytes is used up.')
})

test('in German a known code has German words, whenever it came', async () => {
  await setLanguage('de')
  expect(detailOf(quota)).toContain('Speicherplatz')
})

test('a code without words keeps those of the server, and no body those of its status', async () => {
  await setLanguage('de')
  expect(detailOf(problemFromBody(418, { code: 'teapot', detail: 'Short and stout.' }))).toBe(
    'Short and stout.',
  )
  expect(detailOf(problemFromBody(502, null))).toBe(
    'Der Server hat ein Problem (502). Versuche es gleich noch einmal.',
  )
})

test('every code with German words is one that the server can give', () => {
  const sources = readdirSync(BACKEND, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.py'))
    .map((name) => readFileSync(join(BACKEND, name), 'utf8'))
    .join('\n')
  const unknown = Object.keys(de.problems).filter((code) => !sources.includes(`"${code}"`))
  expect(unknown).toEqual([])
})
