import type { ReadingChoice } from './readingChoice'

/** A choice that was used for a file of these columns. `shape`: their names as the file is read by itself. */
type Remembered = { shape: string; choice: ReadingChoice }

const KEPT_MAX = 30
const keyOf = (userId: string) => `parquay-readings-${userId}`

/** Pure: what tells files of the same kind: the names of their columns, in order. */
export const shapeOf = (columns: { name: string }[]): string =>
  JSON.stringify(columns.map(({ name }) => name))

const isRemembered = (value: unknown): value is Remembered =>
  typeof value === 'object' && value !== null && 'shape' in value && 'choice' in value

const listOf = (stored: string | null): Remembered[] => {
  try {
    const list: unknown = JSON.parse(stored ?? '[]')
    return Array.isArray(list) ? list.filter(isRemembered) : []
  } catch {
    return []
  }
}

/** Pure: the list with one more, the newest first; of a shape the newest choice alone counts. */
export const withReading = (list: Remembered[], one: Remembered): Remembered[] =>
  [one, ...list.filter(({ shape }) => shape !== one.shape)].slice(0, KEPT_MAX)

export const rememberReading = (userId: string, one: Remembered): void => {
  try {
    const list = withReading(listOf(localStorage.getItem(keyOf(userId))), one)
    localStorage.setItem(keyOf(userId), JSON.stringify(list))
  } catch {
    // Without room in the browser nothing is remembered, and everything else goes on.
  }
}

/** How files of this shape were read last; null: that was never said. */
export const rememberedReading = (userId: string, shape: string): ReadingChoice | null =>
  listOf(localStorage.getItem(keyOf(userId))).find((one) => one.shape === shape)?.choice ?? null
