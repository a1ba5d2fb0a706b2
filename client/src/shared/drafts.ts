import { useEffect, useRef } from 'react'

/** Something that was written and is not saved: what it is, its text, and the column of a table that it is for. */
export type Draft = { label: string; text: string; column?: string }

const writers = new Set<() => Draft[]>()

/** What is being written on the page now and is saved nowhere, for a page that has to go. */
export const unsavedDrafts = (): Draft[] =>
  [...writers].flatMap((read) => read()).filter(({ text }) => text !== '')

/** While this is shown, `read` tells what is written in it and not saved. */
export const useDrafts = (read: () => Draft[]): void => {
  const newest = useRef(read)
  useEffect(() => {
    newest.current = read
  })
  useEffect(() => {
    const writer = () => newest.current()
    writers.add(writer)
    return () => void writers.delete(writer)
  }, [])
}
