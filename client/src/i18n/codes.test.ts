import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { LATER } from './later'

const { en, de } = LATER

/** The codes that a part of the page about reading files lists, from its table. */
const codesBelow = (title: string): string[] => {
  const page = readFileSync(new URL('../../../docs/ingest.md', import.meta.url), 'utf8')
  const [, part = ''] = page.split(`## ${title}`)
  return [...(part.split('\n## ')[0] ?? '').matchAll(/^\| `(\w+)`/gm)].map(([, code = '']) => code)
}

test('every warning that the docs list has words in both languages, and no other', () => {
  const codes = codesBelow('Warnings').sort()
  expect(codes.length).toBeGreaterThan(10)
  expect(Object.keys(en.warnings).sort()).toEqual(codes)
  expect(Object.keys(de.warnings).sort()).toEqual(codes)
})

test('every reason of a reject that the docs list has words in both languages, and no other', () => {
  const codes = codesBelow('Rejects').sort()
  expect(codes.length).toBeGreaterThan(5)
  expect(Object.keys(en.datasets.rejects.reasons).sort()).toEqual(codes)
  expect(Object.keys(de.datasets.rejects.reasons).sort()).toEqual(codes)
})
