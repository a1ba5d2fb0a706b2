import { counted, number } from '../count'
import type { cellsWords as english } from '../en/cells'

const cells = (n: number) => counted(n, 'Zelle', 'Zellen')
const rows = (n: number) => counted(n, 'Zeile', 'Zeilen')

export const cellsWords: typeof english = {
  menu: 'Zellen',
  selected: (rowCount, columns) =>
    `${rows(rowCount)} × ${counted(columns, 'Spalte', 'Spalten')}, ${cells(rowCount * columns)}`,
  uncounted: (columns) => `Alle Zeilen × ${counted(columns, 'Spalte', 'Spalten')}`,
  numbers: (n) => counted(n, 'Zahl', 'Zahlen'),
  sum: 'Summe',
  mean: 'Mittelwert',
  about: 'etwa',
  min: 'Kleinste',
  max: 'Größte',
  adding: 'Wird zusammengezählt …',
  notAdded: 'Die Zahlen konnten nicht zusammengezählt werden',
  everyRow: 'Spalte auswählen',
  everything: 'Alles auswählen',
  copy: 'Kopieren',
  copyCsv: 'Als CSV kopieren',
  copyMarkdown: 'Als Markdown kopieren',
  copied: (n) => `${cells(n)} kopiert`,
  copying: (n) => `${rows(n)} werden gelesen, um sie zu kopieren …`,
  notCopied: 'Nichts wurde kopiert',
  tooMany: (n, most) =>
    `${cells(n)} sind mehr als die ${number(most)}, die auf einmal kopiert werden können. Exportiere die Tabelle oder filtere sie.`,
  noClipboard: 'Der Browser lässt diese Seite nicht in die Zwischenablage schreiben.',
}
