import type { Result, ResultCell } from '../../api/sqlApi'

/** Bars of a result, as a chart draws them: see the charts of tables. */
export type ResultChartData = {
  title: string
  keyHead: string
  valueHead: string
  bars: { id: string; key: string; tick: string; value: number | null; text: string; filters: string[] }[]
  sideways: boolean
}

export const BARS_MAX = 50
const TICK_CHARS_MAX = 24
const NUMERIC = /^(?:int64|double|decimal)/

type Columns = Result['columns']

export const isNumberColumn = ({ type }: Columns[number]): boolean => NUMERIC.test(type)

/** Pure: a cell as it is written. */
export const cellText = (cell: ResultCell): string =>
  typeof cell === 'object' && cell !== null ? JSON.stringify(cell) : String(cell)

/** Pure: the first column that names rows, and the first number beside it; null: there is nothing to draw. */
export const firstChoice = (columns: Columns): { by: string; of: string } | null => {
  const named = columns.find((each) => !isNumberColumn(each)) ?? columns[0]
  const measured = columns.find((each) => isNumberColumn(each) && each.name !== named?.name)
  return named && measured ? { by: named.name, of: measured.name } : null
}

/** Pure: one bar for each of the first rows, in their order. */
export const resultChart = (
  { rows }: Result,
  { by, of }: { by: string; of: string },
  words: { title: (of: string, by: string) => string; null: string },
): ResultChartData => ({
  title: words.title(of, by),
  keyHead: by,
  valueHead: of,
  sideways: true,
  bars: rows.slice(0, BARS_MAX).map((row, index) => {
    const key = row[by] === null ? words.null : cellText(row[by])
    const value = row[of] === null ? Number.NaN : Number(row[of])
    return {
      id: String(index),
      key,
      tick: key.length > TICK_CHARS_MAX ? `${key.slice(0, TICK_CHARS_MAX - 1)}…` : key,
      value: Number.isFinite(value) ? value : null,
      text: row[of] === null ? words.null : cellText(row[of]),
      filters: [], // its rows are nobody's: they cannot be picked
    }
  }),
})
