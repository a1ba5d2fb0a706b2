import { useSyncExternalStore } from 'react'
import { en, type Messages } from './en'
import { isolating } from './isolate'
import { setLocale } from './locale'

/** The languages of the page, each with the name that it gives itself. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof LANGUAGES

const KEY = 'parquay-language'

/** All but English is loaded when it is wanted. */
const LOADERS: Record<Language, () => Promise<Messages>> = {
  en: () => Promise.resolve(en),
  de: () => import('./de').then(({ de }) => de),
}

let chosen: { language: Language; messages: Messages } = { language: 'en', messages: isolating(en) }
const listeners = new Set<() => void>()
const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

const isLanguage = (value: string | null | undefined): value is Language =>
  value !== null && value !== undefined && value in LANGUAGES

/** Pure: what was chosen before, else the first of the browser's languages that the page speaks. */
export const preferredLanguage = (stored: string | null, wanted: readonly string[]): Language => {
  if (isLanguage(stored)) return stored
  return wanted.map((tag) => tag.toLowerCase().split('-')[0]).find(isLanguage) ?? 'en'
}

/** Pure: the browser's own kind of the language where it has one (`en-GB`), so that dates look as at home. */
export const localeFor = (language: Language, wanted: readonly string[]): string =>
  wanted.find((tag) => tag.toLowerCase().split('-')[0] === language) ?? language

const browserLanguages = (): readonly string[] =>
  typeof navigator === 'undefined' ? [] : (navigator.languages ?? [])

/** The texts of the language in use. Components use `useText`, so that they follow a change. */
export const text = (): Messages => chosen.messages
export const useText = (): Messages => useSyncExternalStore(subscribe, text)
export const language = (): Language => chosen.language
export const useLanguage = (): Language => useSyncExternalStore(subscribe, () => chosen.language)

const use = async (language: Language): Promise<void> => {
  chosen = { language, messages: isolating(await LOADERS[language]()) }
  setLocale(localeFor(language, browserLanguages()))
  document.documentElement.lang = language
  for (const listener of listeners) listener()
}

/** Before the first render: the page never changes its language in front of somebody's eyes. */
export const startLanguage = (): Promise<void> =>
  use(preferredLanguage(localStorage.getItem(KEY), browserLanguages())).catch(() => undefined)

export const setLanguage = async (language: Language): Promise<void> => {
  localStorage.setItem(KEY, language)
  await use(language)
}
