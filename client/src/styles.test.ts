import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'

/** A component has a stylesheet of its own or none, uses all of it, and nobody else's. */
type Files = Record<string, string>

const IMPORTED = /import (?:(\w+) from )?'(\.[^']*\.module\.css)'/g
const withoutComments = (css: string) => css.replaceAll(/\/\*.*?\*\//gs, '')
const classesIn = (css: string): Set<string> => {
  const selectors = withoutComments(css)
    .replaceAll(/:global\([^)]*\)/g, '')
    .match(/[^{}]+(?=\{)/g)
  return new Set((selectors ?? []).flatMap((each) => each.match(/(?<=\.)[A-Za-z_][\w-]*/g) ?? []))
}

/** What is wrong with the stylesheets, as sentences. */
const wrongIn = (files: Files): string[] => {
  const wrong: string[] = []
  const owned = new Set<string>()
  for (const [path, source] of Object.entries(files).filter(([each]) => /\.tsx?$/.test(each)))
    for (const [, name, address = ''] of source.matchAll(IMPORTED)) {
      const sheet = normalize(join(dirname(path), address))
      if (sheet.replace(/\.module\.css$/, '') !== path.replace(/\.tsx?$/, ''))
        wrong.push(`${path} uses the stylesheet ${sheet}`)
      owned.add(sheet)
      const used = new Set(
        [...source.matchAll(new RegExp(`\\b${name}\\.(\\w+)`, 'g'))].map(([, each = '']) => each),
      )
      const there = classesIn(files[sheet] ?? '')
      if (new RegExp(`\\b${name}\\[`).test(source)) wrong.push(`${path} hides which classes it uses`)
      for (const each of [...used].filter((one) => !there.has(one))) wrong.push(`${sheet} lacks .${each}`)
      for (const each of [...there].filter((one) => !used.has(one)))
        wrong.push(`${sheet} has an unused .${each}`)
    }
  for (const sheet of Object.keys(files).filter((each) => each.endsWith('.module.css')))
    if (!owned.has(sheet)) wrong.push(`${basename(sheet)} is used by nobody`)
  return wrong
}

const FILES: Files = Object.fromEntries(
  readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(tsx|ts|css)$/.test(path) && !path.includes('.test.'))
    .map((path) => [path, readFileSync(join(import.meta.dirname, path), 'utf8')]),
)

test('each component has its own stylesheet, and uses all of it', () => {
  expect(Object.keys(FILES).filter((path) => path.endsWith('.module.css')).length).toBeGreaterThan(30)
  expect(wrongIn(FILES)).toEqual([])
})

/** A property that names a side of the screen is another one in a language from right to left. */
const ONE_SIDED = /[\s;{](?:[\w-]+-)?(?:left|right)(?:-[\w-]+)?\s*:/g

test('no style names the left or the right', () => {
  const sided = Object.entries(FILES).flatMap(([path, source]) =>
    path.endsWith('.css') ? (withoutComments(source).match(ONE_SIDED) ?? []).map((each) => path + each) : [],
  )
  expect(sided).toEqual([])
  expect('.a { margin-left: 2px; right: 0 }'.match(ONE_SIDED)).toHaveLength(2)
})

describe('the rule', () => {
  const source = "import classes from './A.module.css'\nconst A = () => <p className={classes.a} />"
  test.each<[string, Files, string[]]>([
    ['nothing in order', { 'x/A.tsx': source, 'x/A.module.css': '.a:hover .a, .a::after {}' }, []],
    [
      'a class that is not there',
      { 'x/A.tsx': source, 'x/A.module.css': '.b {}' },
      ['x/A.module.css lacks .a', 'x/A.module.css has an unused .b'],
    ],
    [
      'a class in a condition',
      { 'x/A.tsx': source, 'x/A.module.css': '.a {}\n@media (max-width: 5px) { .b { color: red } }' },
      ['x/A.module.css has an unused .b'],
    ],
    [
      'the stylesheet of another one',
      { 'x/B.tsx': source, 'x/A.module.css': '.a {}' },
      ['x/B.tsx uses the stylesheet x/A.module.css'],
    ],
    ['one that nobody uses', { 'x/A.module.css': '.a {}' }, ['A.module.css is used by nobody']],
    [
      'classes that are looked up',
      { 'x/A.tsx': `${source}; classes[key]`, 'x/A.module.css': '.a {}' },
      ['x/A.tsx hides which classes it uses'],
    ],
  ])('finds %s', (_, files, found) => expect(wrongIn(files)).toEqual(found))
})
