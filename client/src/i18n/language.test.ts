import { expect, test } from 'vitest'
import { de } from './de'
import { en, type Messages } from './en'
import { localeFor, preferredLanguage } from './language'
import { LATER } from './later'

test.each([
  ['de', ['en-GB'], 'de'],
  [null, ['de-AT', 'en'], 'de'],
  [null, ['fr', 'de'], 'de'],
  [null, ['fr-FR'], 'en'],
  ['xx', ['DE'], 'de'],
  [null, [], 'en'],
])('stored %j and browser %j give %s', (stored, wanted, language) =>
  expect(preferredLanguage(stored, wanted)).toBe(language),
)

test('the browser says which English', () => {
  expect(localeFor('en', ['de-DE', 'en-GB'])).toBe('en-GB')
  expect(localeFor('de', ['en-GB'])).toBe('de')
})

type Tree = { [key: string]: unknown }
const leaves = (tree: Tree, path = ''): [string, unknown][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null
      ? leaves(value as Tree, `${path}.${key}`)
      : [[`${path}.${key}`, value] as [string, unknown]],
  )

test('every text of the one language is one of the other, of the same kind', () => {
  // The server speaks English itself: its sentences need no second English.
  const kinds = ({ problems: _, ...tree }: Messages) =>
    leaves(tree).map(([path, value]) => `${path} ${typeof value}`)
  expect(kinds(de)).toEqual(kinds(en))
  expect(kinds({ ...de, ...LATER.de })).toEqual(kinds({ ...en, ...LATER.en }))
})

/** Names and signs that both languages write alike. */
const ALIKE =
  /^(|Excel|Parquay|Parquet|NDJSON|SQL|Live|Offline|Status|Name|null|Upload|Uploads|Version|Text)$/
test('no English text was left in German', () => {
  const german = new Map(leaves({ ...de, ...LATER.de }))
  const same = leaves({ ...en, ...LATER.en }).filter(
    ([path, value]) => typeof value === 'string' && german.get(path) === value && !ALIKE.test(value),
  )
  expect(same).toEqual([])
})
