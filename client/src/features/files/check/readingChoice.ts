import type { Preview, ReadingOptions } from '../../../api/readingApi'

/** Fields of text; an empty one says nothing, so that it is found out. */
export const FIELDS = ['delimiter', 'quote', 'encoding', 'header', 'skip', 'sheet', 'member', 'path'] as const
export type Field = (typeof FIELDS)[number]
/** Where a refusal stands. */
export type Spot = Field | 'missing' | 'types'

export type TypeWish = { type: string; style: string }
/** How somebody wants a file read, as the form has it. */
export type ReadingChoice = Record<Field, string> & { missing: string[]; types: Record<string, TypeWish> }

export const NO_CHOICE: ReadingChoice = {
  delimiter: '',
  quote: '',
  encoding: '',
  header: '',
  skip: '',
  sheet: '',
  member: '',
  path: '',
  missing: [],
  types: {},
}

const COUNTS: readonly Field[] = ['header', 'skip']

/** Pure: the first field that holds what no server takes: a number of rows that is none. */
export const wrongCount = (choice: ReadingChoice): Field | null =>
  COUNTS.find((field) => !/^\d*$/.test(choice[field].trim())) ?? null

const typesOf = (types: ReadingChoice['types']): ReadingOptions['types'] =>
  Object.fromEntries(
    Object.entries(types).map(([column, { type, style }]) => [
      column,
      style.trim() === '' ? { type } : { type, style: style.trim() },
    ]),
  )

/** Pure: what is sent: only what was said. A single space is a delimiter. */
export const optionsOf = (choice: ReadingChoice): ReadingOptions => {
  const options: Record<string, unknown> = {}
  for (const field of FIELDS) {
    const said = field === 'delimiter' ? choice[field] : choice[field].trim()
    if (said !== '') options[field] = COUNTS.includes(field) ? Number(said) : said
  }
  if (choice.missing.length > 0) options.missing = choice.missing
  if (Object.keys(choice.types).length > 0) options.types = typesOf(choice.types)
  return options
}

const SPOTS: readonly Spot[] = [...FIELDS, 'missing', 'types']
const BY_CODE: Readonly<Record<string, Spot>> = { several_members: 'member' }

/** Pure: the field that a refusal is about, which its sentence begins with; null: it is about the file. */
export const spotOf = ({ code, detail }: { code: string; detail: string }): Spot | null => {
  const [word] = detail.split(/[ .:]/)
  return BY_CODE[code] ?? SPOTS.find((spot) => spot === word) ?? null
}

/** Pure: the wishes for columns that the file has when it is read so. */
export const keptTypes = (
  types: NonNullable<ReadingOptions['types']>,
  columns: Preview['columns'],
): NonNullable<ReadingOptions['types']> => {
  const names = new Set(columns.map(({ name }) => name))
  return Object.fromEntries(Object.entries(types).filter(([name]) => names.has(name)))
}

const OF_TEXT: readonly Field[] = ['delimiter', 'quote', 'encoding', 'header', 'skip']
const WORKBOOK = /^(xlsx|xlsm|xlsb|xls|ods|excel|workbook)$/
const ARCHIVE = /\.(zip|tar|tgz|tbz2?|txz|tar\.\w+|sqlite3?|db)$/i
const JSON_NAME = /json/i

/** Pure: the fields that mean something for a file: by its format where that is known, else by its name. */
export const fieldsFor = (name: string, format: string | undefined): readonly Field[] => {
  const kind = format ?? (name.split('.').at(-1) ?? '').toLowerCase()
  const outer: Field[] = ARCHIVE.test(name) || kind === 'sqlite' ? ['member'] : []
  if (WORKBOOK.test(kind)) return [...outer, 'sheet', 'header', 'skip']
  if (JSON_NAME.test(kind)) return [...outer, 'path', 'encoding']
  if (/^(parquet|arrow|orc|avro|sqlite|log)$/.test(kind)) return outer
  return [...outer, ...OF_TEXT]
}
