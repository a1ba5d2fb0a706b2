/** The tag by which numbers and dates are written; `language.ts` sets it. */
let tag = 'en'
export const locale = (): string => tag
export const setLocale = (wanted: string): void => {
  tag = wanted
}
