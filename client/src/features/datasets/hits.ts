/** A piece of a text; `hit`: it is what is searched for. */
export type Piece = { text: string; hit: boolean }

/** A text in lower case, and where in the text each of its characters comes from: `İ` becomes two. */
const lowered = (text: string): { lower: string; origins: number[] | null } => {
  const lower = text.toLowerCase()
  if (lower.length === text.length) return { lower, origins: null }
  const origins: number[] = []
  let built = ''
  let at = 0
  for (const character of text) {
    const low = character.toLowerCase()
    for (let index = 0; index < low.length; index += 1) origins.push(at)
    built += low
    at += character.length
  }
  return { lower: built, origins: [...origins, at] }
}

/** Pure: whether a text holds what is searched for, in any case; nothing is held by none. */
export const holds = (text: string, wanted: string): boolean =>
  wanted !== '' && text.toLowerCase().includes(wanted.toLowerCase())

/** Pure: a text in pieces, every place of what is searched for being one. */
export const piecesOf = (text: string, wanted: string): Piece[] => {
  if (!holds(text, wanted)) return [{ text, hit: false }]
  const { lower, origins } = lowered(text)
  const needle = wanted.toLowerCase()
  const originOf = (index: number) => origins?.[index] ?? index
  const pieces: Piece[] = []
  let done = 0
  for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, at + needle.length)) {
    const [from, to] = [originOf(at), originOf(at + needle.length)]
    pieces.push({ text: text.slice(done, from), hit: false }, { text: text.slice(from, to), hit: true })
    done = to
  }
  return [...pieces, { text: text.slice(done), hit: false }].filter((piece) => piece.text !== '')
}
