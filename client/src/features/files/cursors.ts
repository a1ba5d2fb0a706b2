/** Where the pages of one list begin, as far as they are known: the first one begins nowhere (null). */
export type Cursors = { of: string; starts: readonly (string | null)[] }

export const newCursors = (of: string): Cursors => ({ of, starts: [null] })

/** Pure: the page to ask for on the way to `wanted` (both from 1), and behind which entry it begins. */
export const pageOnTheWay = (
  { starts }: Cursors,
  wanted: number,
): { page: number; cursor: string | null } => {
  const page = Math.min(wanted, starts.length)
  return { page, cursor: starts[page - 1] ?? null }
}

/** Pure: what is known after `page` said where the one behind it begins. Another start makes all later ones unknown. */
export const withNext = (cursors: Cursors, page: number, next: string | null): Cursors => {
  if (next === null ? cursors.starts.length <= page : cursors.starts[page] === next) return cursors
  const before = cursors.starts.slice(0, page)
  return { ...cursors, starts: next === null ? before : [...before, next] }
}
