import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

/**
 * The layers, the lowest first: a file imports from its own layer and from those below it, types too. In `features`
 * every folder stands alone. `docs/client.md` says the same in words.
 */
const LAYERS = ['i18n', 'shared', 'api', 'store', 'display', 'features', 'app', 'main']
/** The folders inside of a feature that has some, in the same order; its own files stand below all of them. */
const INSIDE: Record<string, readonly string[]> = {
  'features/uploads': ['recovery', 'queue', 'engine'],
}

type Import = { from: string; to: string }
type Sources = Record<string, string>

const IMPORTED = /(?:from|import|require|mock)\s*\(?\s*['"]([^'"\n]+)['"]/g
const isOurs = (path: string) => path.startsWith('.') || path.startsWith('/')

/** `features/files/Pager.tsx` and `../../api/types` make `api/types`. */
const resolved = (from: string, to: string): string => {
  const steps = from.split('/').slice(0, -1)
  for (const step of to.split('/')) {
    if (step === '..') steps.pop()
    else if (step !== '.') steps.push(step)
  }
  return steps.join('/')
}
const importsOf = (sources: Sources): Import[] =>
  Object.entries(sources).flatMap(([from, source]) =>
    [...source.matchAll(IMPORTED)]
      .flatMap(([, to]) => (to !== undefined && isOurs(to) ? [to] : []))
      .map((to) => ({ from, to: resolved(from, to) })),
  )

const layerOf = (path: string): number => LAYERS.indexOf((path.split('/')[0] ?? '').replace(/\.tsx?$/, ''))
const featureOf = (path: string): string => path.split('/').slice(0, 2).join('/')
const isFeature = (path: string): boolean => path.startsWith('features/')

/** The folder of a file inside of its feature; `''` for the feature's own files. */
const folderOf = (path: string): string => path.split('/').slice(2, -1)[0] ?? ''
const goesUpInside = ({ from, to }: Import): boolean => {
  const order = INSIDE[featureOf(from)]
  const [above, below] = [folderOf(from), folderOf(to)]
  if (order === undefined || above === below || below === '') return false
  // A folder without a place in the order uses what has one, and nobody uses it.
  const height = (folder: string) =>
    folder === '' ? -1 : (order.indexOf(folder) + 1 || order.length + 1) - 1
  return height(below) >= height(above)
}

/** Why an import must not be, or null. */
const refusalOf = (one: Import): string | null => {
  const [from, to] = [layerOf(one.from), layerOf(one.to)]
  if (from < 0 || to < 0) return 'in no layer'
  if (to > from) return 'from a layer above'
  if (!isFeature(one.from) || !isFeature(one.to)) return null
  if (featureOf(one.from) !== featureOf(one.to)) return 'from another feature'
  return goesUpInside(one) ? 'from a folder above' : null
}

const refused = (sources: Sources): string[] =>
  importsOf(sources).flatMap((one) => {
    const why = refusalOf(one)
    return why === null ? [] : [`${one.from} imports ${one.to}: ${why}`]
  })

/** Groups of files that import each other in a circle, types too (Tarjan's strongly connected components). */
const circlesOf = (sources: Sources): string[][] => {
  const files = new Map(Object.keys(sources).map((path) => [path.replace(/\.tsx?$/, ''), path]))
  const targets = (file: string) =>
    importsOf({ [file]: sources[file] ?? '' }).flatMap(({ to }) => files.get(to) ?? [])
  const found: string[][] = []
  const numbers = new Map<string, number>()
  const open: string[] = []
  /** Returns the lowest number that can be reached from a file through files that are still open. */
  const visit = (file: string): number => {
    const mine = numbers.size
    numbers.set(file, mine)
    open.push(file)
    const next = targets(file)
    const reached = next.map((to) =>
      numbers.has(to) ? (open.includes(to) ? (numbers.get(to) ?? mine) : mine) : visit(to),
    )
    const lowest = Math.min(mine, ...reached)
    if (lowest === mine) {
      const circle = open.splice(open.indexOf(file))
      if (circle.length > 1 || next.includes(file)) found.push(circle)
    }
    return lowest
  }
  for (const file of Object.keys(sources)) if (!numbers.has(file)) visit(file)
  return found
}

const SOURCES: Sources = Object.fromEntries(
  readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.includes('/') || path === 'main.tsx')
    .filter((path) => /\.(tsx?|css)$/.test(path))
    .map((path) => [path, readFileSync(join(import.meta.dirname, path), 'utf8')]),
)

describe('the client', () => {
  test('is read at all', () => {
    expect(importsOf(SOURCES).length).toBeGreaterThan(500)
  })
  test('has no import that goes up, and none from one feature to another', () => {
    expect(refused(SOURCES)).toEqual([])
  })
  test('has no file that imports itself by a detour', () => {
    expect(circlesOf(SOURCES)).toEqual([])
  })
})

describe('the rule', () => {
  const features = ['admin', 'auth', 'datasets', 'files', 'links', 'live', 'notices', 'sql', 'uploads']
  const pairs = features.flatMap((from) =>
    features.filter((to) => to !== from).map((to) => [from, to] as const),
  )
  test.each(pairs)('keeps %s from %s', (from, to) => {
    const source = `import type { X } from '../${to}/x'`
    expect(refused({ [`features/${from}/a.ts`]: source })).toEqual([
      `features/${from}/a.ts imports features/${to}/x: from another feature`,
    ])
  })
  test.each([
    ['features/files/grid/a.tsx', "const later = import('../../live/x')"],
    ['features/files/a.ts', 'export * from "../live/x"'],
    ['features/files/a.module.css', ".a { composes: b from '../live/b.module.css'; }"],
    ['features/files/a.test.ts', "vi.mock('../live/x')"],
    ['features/files/a.ts', "import type { RootState } from '../../app/store'"],
    ['display/a.ts', "import '../features/files/x'"],
    ['store/state.ts', "import type { X } from '../features/uploads/commands'"],
    ['api/a.ts', "import { X } from '../store/hooks'"],
    ['shared/a.ts', "import type { FileStatus } from '../api/types'"],
    ['i18n/a.ts', "import { BASE } from '../shared/base'"],
    ['elsewhere/a.ts', "import { BASE } from '../shared/base'"],
    ['features/uploads/recovery/a.ts', "import { X } from '../queue/x'"],
    ['features/uploads/queue/a.ts', "import { X } from '../engine/x'"],
    ['features/uploads/engine/a.ts', "import { X } from '../dock/x'"],
    ['features/uploads/dock/a.ts', "import { X } from '../adding/x'"],
    ['features/uploads/a.ts', "import { X } from './recovery/x'"],
  ])('refuses in %s: %s', (path, source) => {
    expect(refused({ [path]: source })).toHaveLength(1)
  })
  test.each([
    ['app/a.ts', "import { X } from '../features/files/x'"],
    ['features/files/a.ts', "import { X } from './grid/x'"],
    ['features/files/a.ts', "import { useAppSelector } from '../../store/hooks'"],
    ['features/uploads/engine/a.ts', "import { X } from '../queue/x'"],
    ['features/uploads/dock/a.ts', "import { X } from '../engine/x'"],
    ['features/uploads/dock/a.ts', "import { X } from '../types'"],
  ])('allows in %s: %s', (path, source) => {
    expect(refused({ [path]: source })).toEqual([])
  })
  test('finds circles, also those of types and those with more than two', () => {
    const sources = {
      'app/a.ts': "import type { B } from './b'",
      'app/b.tsx': "import { C } from './c'",
      'app/c.ts': "const later = import('./a')",
      'app/d.ts': "import { A } from './a'",
    }
    expect(circlesOf(sources).map((circle) => circle.toSorted())).toEqual([
      ['app/a.ts', 'app/b.tsx', 'app/c.ts'],
    ])
  })
})
