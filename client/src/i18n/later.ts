import { admin as deAdmin } from './de/admin'
import { cellsWords as deCells } from './de/cells'
import { datasets as deDatasets } from './de/datasets'
import { keys as deKeys } from './de/keys'
import { links as deLinks } from './de/links'
import { live as deLive } from './de/live'
import { reading as deReading } from './de/reading'
import { sameName as deSameName } from './de/sameName'
import { sql as deSql } from './de/sql'
import { uploadLinks as deUploadLinks } from './de/uploadLinks'
import { warnings as deWarnings } from './de/warnings'
import { admin } from './en/admin'
import { cellsWords } from './en/cells'
import { datasets } from './en/datasets'
import { keys } from './en/keys'
import { links } from './en/links'
import { live } from './en/live'
import { reading } from './en/reading'
import { sameName } from './en/sameName'
import { sql } from './en/sql'
import { uploadLinks } from './en/uploadLinks'
import { warnings } from './en/warnings'
import { isolating } from './isolate'
import { type Language, language, useLanguage } from './language'

const english = {
  admin,
  cells: cellsWords,
  datasets,
  keys,
  links,
  live,
  reading,
  sameName,
  sql,
  uploadLinks,
  warnings,
}

/** The texts of what is loaded after the first page: they come with it, in both languages. */
export type LaterMessages = typeof english

export const LATER: Record<Language, LaterMessages> = {
  en: isolating(english),
  de: isolating({
    admin: deAdmin,
    cells: deCells,
    datasets: deDatasets,
    keys: deKeys,
    links: deLinks,
    live: deLive,
    reading: deReading,
    sameName: deSameName,
    sql: deSql,
    uploadLinks: deUploadLinks,
    warnings: deWarnings,
  }),
}

/** Components use `useLaterText`, so that they follow a change. */
export const laterText = (): LaterMessages => LATER[language()]
export const useLaterText = (): LaterMessages => LATER[useLanguage()]
