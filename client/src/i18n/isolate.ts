/** Controls, line separators and marks that turn the direction of text: nothing that a name is shown with. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
const HARMFUL = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g
/** Letters that are written from right to left: Hebrew, Arabic, Syriac and their kind. */
const FROM_RIGHT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u
const ISOLATE = '\u2068'
const END = '\u2069'

/** Pure: a name as it may be drawn: what would turn or break the text around it is seen as a replacement sign. */
export const drawable = (name: string): string => name.replace(HARMFUL, '\ufffd')

/** Pure: a name for the middle of a sentence, whose direction it does not change. */
export const isolated = (name: string): string => {
  const shown = drawable(name)
  return FROM_RIGHT.test(shown) ? `${ISOLATE}${shown}${END}` : shown
}

/** Pure: texts whose functions isolate every text that they are given, since most of those are names. */
export const isolating = <T>(texts: T): T => {
  if (typeof texts === 'function')
    return ((...given: unknown[]) =>
      texts(...given.map((each) => (typeof each === 'string' ? isolated(each) : each)))) as T
  if (Array.isArray(texts)) return texts.map(isolating) as T
  if (typeof texts !== 'object' || texts === null) return texts
  return Object.fromEntries(Object.entries(texts).map(([key, each]) => [key, isolating(each)])) as T
}
