/** One sign of a text as a field of several lines shows it: a line end is one, however it is written. */
const SIGNS = /\r\n|./gs
const LINE_END = /\r\n?|\n/

const shownSign = (sign: string | undefined): string | undefined => (sign?.startsWith('\r') ? '\n' : sign)

/** Pure: a text as a field of several lines holds it, since a browser makes one line feed of every line end. */
export const asShown = (exact: string): string => exact.replace(/\r\n?/g, '\n')

const lastLineEnd = (text: string): string | undefined => text.match(/\r\n|\r|\n/g)?.at(-1)
const firstLineEnd = (text: string): string | undefined => LINE_END.exec(text)?.[0]

/**
 * Pure: the text that is meant when a field that held `exact` now shows `shown`. Line ends that nobody touched stay
 * as they were written; a new one is written like its neighbours. `original`: what the field began with, which comes
 * back in full when all is undone.
 */
export const afterTyping = (exact: string, shown: string, original: string): string => {
  if (shown === asShown(original)) return original
  if (!exact.includes('\r') && !original.includes('\r')) return shown
  const signs = exact.match(SIGNS) ?? []
  const shared = Math.min(signs.length, shown.length)
  let start = 0
  while (start < shared && shownSign(signs[start]) === shown[start]) start += 1
  let end = 0
  while (end < shared - start && shownSign(signs.at(-1 - end)) === shown.at(-1 - end)) end += 1
  const before = signs.slice(0, start).join('')
  const behind = signs.slice(signs.length - end).join('')
  const lineEnd = lastLineEnd(before) ?? firstLineEnd(behind) ?? firstLineEnd(original) ?? '\n'
  return before + shown.slice(start, shown.length - end).replaceAll('\n', lineEnd) + behind
}
