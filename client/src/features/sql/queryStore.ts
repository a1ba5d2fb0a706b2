/** A statement that was run; `rows` null: it failed. `at`: when, ISO 8601. */
export type PastQuery = { query: string; at: string; rows: number | null }
export type NamedQuery = { name: string; query: string }
/** What the browser keeps for a user: what is in the editor, what was run, and what has a name. */
export type KeptQueries = { draft: string; history: PastQuery[]; saved: NamedQuery[] }

const HISTORY_MAX = 50
const SAVED_MAX = 200
const NONE: KeptQueries = { draft: '', history: [], saved: [] }

/** Pure: with a statement on top that was run; of several runs of the same the last is kept. */
export const withRun = (kept: KeptQueries, run: PastQuery): KeptQueries => ({
  ...kept,
  history: [run, ...kept.history.filter(({ query }) => query !== run.query)].slice(0, HISTORY_MAX),
})

/** Pure: with a statement of that name, in place of the one that had it. */
export const withNamed = (kept: KeptQueries, named: NamedQuery): KeptQueries => ({
  ...kept,
  saved: [named, ...kept.saved.filter(({ name }) => name !== named.name)]
    .slice(0, SAVED_MAX)
    .sort((a, b) => a.name.localeCompare(b.name)),
})

export const withoutNamed = (kept: KeptQueries, name: string): KeptQueries => ({
  ...kept,
  saved: kept.saved.filter((each) => each.name !== name),
})

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
const isPast = (value: unknown): value is PastQuery =>
  isRecord(value) &&
  typeof value.query === 'string' &&
  typeof value.at === 'string' &&
  (value.rows === null || typeof value.rows === 'number')
const isNamed = (value: unknown): value is NamedQuery =>
  isRecord(value) && typeof value.name === 'string' && typeof value.query === 'string'
const list = <T>(value: unknown, is: (each: unknown) => each is T): T[] =>
  Array.isArray(value) ? value.filter(is) : []

/** Pure: what a text of the store means; what is no longer understood is left out. */
export const keptFrom = (text: string | null): KeptQueries => {
  try {
    const found: unknown = JSON.parse(text ?? 'null')
    if (!isRecord(found)) return NONE
    const draft = typeof found.draft === 'string' ? found.draft : ''
    return { draft, history: list(found.history, isPast), saved: list(found.saved, isNamed) }
  } catch {
    return NONE
  }
}

const keyOf = (userId: string) => `parquay-sql-${userId}`

export const readKept = (userId: string): KeptQueries => keptFrom(localStorage.getItem(keyOf(userId)))

/** A store that is full keeps what it has: nothing on the page depends on it. */
export const writeKept = (userId: string, kept: KeptQueries): void => {
  try {
    localStorage.setItem(keyOf(userId), JSON.stringify(kept))
  } catch {}
}
