import { expect, test } from 'vitest'

/** Which room may import which; `docs/client.md` says the same in words. The store's types are the app's. */
const COMMON = ['api', 'shared', 'i18n', 'app/hooks', 'app/store']
const RULES: Record<string, readonly string[]> = {
  features: COMMON,
  api: ['shared', 'i18n', 'app/store'],
  shared: ['api', 'i18n', 'app/hooks'],
  i18n: [],
}

const sources = import.meta.glob<string>('./**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true })
const IMPORTED = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g

/** `./features/files/Pager.tsx` and `../../api/types` make `./api/types`. */
const resolved = (from: string, to: string) => {
  const steps = from.split('/').slice(0, -1)
  for (const step of to.split('/')) {
    if (step === '..') steps.pop()
    else if (step !== '.') steps.push(step)
  }
  return steps.slice(1).join('/')
}

/** A feature is a room of its own, everything else is one by its folder. */
const room = (path: string) =>
  path
    .split('/')
    .slice(0, path.startsWith('features/') ? 2 : 1)
    .join('/')

const crossings = Object.entries(sources).flatMap(([file, source]) =>
  [...source.matchAll(IMPORTED)].map(([, to = '']) => ({ from: file.slice(2), to: resolved(file, to) })),
)

test('the imports are found at all', () => {
  expect(crossings.length).toBeGreaterThan(500)
})

test('a room imports only what it may know', () => {
  const forbidden = crossings.filter(({ from, to }) => {
    const may = RULES[from.split('/')[0] ?? '']
    return may && room(from) !== room(to) && !may.some((one) => to === one || to.startsWith(`${one}/`))
  })
  expect(forbidden).toEqual([])
})
