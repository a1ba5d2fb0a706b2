import { datasets as deDatasets } from './de/datasets'
import { live as deLive } from './de/live'
import { warnings as deWarnings } from './de/warnings'
import { datasets } from './en/datasets'
import { live } from './en/live'
import { warnings } from './en/warnings'
import { isolating } from './isolate'
import { type Language, language, useLanguage } from './language'

const english = { datasets, live, warnings }

/** The texts of what is loaded after the first page: they come with it, in both languages. */
export type LaterMessages = typeof english

export const LATER: Record<Language, LaterMessages> = {
  en: isolating(english),
  de: isolating({ datasets: deDatasets, live: deLive, warnings: deWarnings }),
}

/** Components use `useLaterText`, so that they follow a change. */
export const laterText = (): LaterMessages => LATER[language()]
export const useLaterText = (): LaterMessages => LATER[useLanguage()]
