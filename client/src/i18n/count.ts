import { locale } from './locale'

export const number = (value: number): string => value.toLocaleString(locale())

/** `3 files`: one and many are all that English and German tell apart. */
export const counted = (count: number, one: string, many: string): string =>
  `${number(count)} ${count === 1 ? one : many}`
