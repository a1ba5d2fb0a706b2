const TITLE = 'Parquay'

type Part = 'progress' | 'page'
/** What stands before the name of the application, in this order. */
const parts: Record<Part, string | null> = { progress: null, page: null }

/** Says how far uploads are, or which page is shown, in the title of the window; null says nothing. */
export const setTitlePart = (part: Part, words: string | null): void => {
  parts[part] = words
  document.title = [parts.progress, parts.page, TITLE].filter((each) => each !== null).join(' · ')
}
