import { counted, number } from '../count'

const cells = (n: number) => counted(n, 'cell', 'cells')
const rows = (n: number) => counted(n, 'row', 'rows')

export const cellsWords = {
  menu: 'Cells',
  selected: (rowCount: number, columns: number) =>
    `${rows(rowCount)} × ${counted(columns, 'column', 'columns')}, ${cells(rowCount * columns)}`,
  uncounted: (columns: number) => `All rows × ${counted(columns, 'column', 'columns')}`,
  numbers: (n: number) => counted(n, 'number', 'numbers'),
  sum: 'Sum',
  mean: 'Mean',
  about: 'about',
  min: 'Smallest',
  max: 'Largest',
  adding: 'Adding up…',
  notAdded: 'The numbers could not be added up',
  everyRow: 'Select the column',
  everything: 'Select everything',
  copy: 'Copy',
  copyCsv: 'Copy as CSV',
  copyMarkdown: 'Copy as Markdown',
  copied: (n: number) => `${cells(n)} copied`,
  copying: (n: number) => `Reading ${rows(n)} to copy them…`,
  notCopied: 'Nothing was copied',
  tooMany: (n: number, most: number) =>
    `${cells(n)} are more than the ${number(most)} that can be copied at once. Export the table, or filter it.`,
  noClipboard: 'The browser does not let this page write to the clipboard.',
}
