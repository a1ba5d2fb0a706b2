import type { KeyboardEvent } from 'react'

/** Whether a key of a field of several lines makes a line break, where Enter alone confirms. */
export const isLineBreak = ({ key, shiftKey, altKey }: KeyboardEvent): boolean =>
  key === 'Enter' && (shiftKey || altKey)

/** A line break where the caret is. The browser's own command, so that its Undo knows of it. */
export const breakLine = (): void => void document.execCommand('insertLineBreak')

/** For a field of several lines in a form: Enter sends the form, with Shift or Alt it makes a line break. */
export const sendOnEnter = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
  if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
  event.preventDefault()
  if (isLineBreak(event)) breakLine()
  else event.currentTarget.form?.requestSubmit()
}
