/** What is written in a cell; null: it is missing. */
export type Text = string | null
export type Block = { columns: string[]; rows: Text[][] }
export type BlockFormat = 'tsv' | 'csv' | 'markdown'

/** A missing cell is an empty field, an empty text one in quotes: read again they are what they were. */
const quoted = (text: Text, isSpecial: RegExp): string => {
  if (text === null) return ''
  return text === '' || isSpecial.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const TSV_SPECIAL = /[\t\r\n]|^"/
const CSV_SPECIAL = /[",\r\n]|^\s|\s$/

/** Pure: cells as spreadsheets paste them, without the names of their columns. */
export const asTsv = ({ rows }: Block): string =>
  rows.map((row) => row.map((text) => quoted(text, TSV_SPECIAL)).join('\t')).join('\n')

/** Pure: cells as a file, with the names of their columns. */
export const asCsv = ({ columns, rows }: Block): string =>
  [columns, ...rows].map((row) => `${row.map((text) => quoted(text, CSV_SPECIAL)).join(',')}\r\n`).join('')

const inMarkdown = (text: Text): string =>
  (text ?? '')
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replace(/\r\n|\r|\n/g, '<br>')

/** Pure: cells as a table for texts. */
export const asMarkdown = ({ columns, rows }: Block): string =>
  [columns, columns.map(() => '---'), ...rows]
    .map((row) => `| ${row.map(inMarkdown).join(' | ')} |\n`)
    .join('')

const WRITERS: Record<BlockFormat, (block: Block) => string> = {
  tsv: asTsv,
  csv: asCsv,
  markdown: asMarkdown,
}

export const writtenAs = (format: BlockFormat, block: Block): string => WRITERS[format](block)
