/** Puts the focus at the start of the page's content, where what had it is gone with the page before. */
export const focusMain = (): void => document.getElementById('main')?.focus()
