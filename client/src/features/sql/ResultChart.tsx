import { Select } from '@mantine/core'
import { type ReactNode, useMemo, useState } from 'react'
import type { Result } from '../../api/sqlApi'
import { useLaterText } from '../../i18n/later'
import classes from './ResultChart.module.css'
import { BARS_MAX, firstChoice, isNumberColumn, type ResultChartData, resultChart } from './resultChart'

/** Draws bars; whoever puts the page together knows how. */
export type ShowChart = (chart: ResultChartData) => ReactNode

const distinct = (names: string[]): string[] => [...new Set(names)]

/** A number of each row as a bar, of the person's own choice. */
export const ResultChart = ({ result, showChart }: { result: Result; showChart: ShowChart }) => {
  const words = useLaterText().sql
  const { columns, rows } = result
  const [chosen, choose] = useState(() => firstChoice(columns))
  const chart = useMemo(
    () => chosen && resultChart(result, chosen, { title: words.chart.title, null: words.null }),
    [result, chosen, words],
  )
  if (chosen === null || chart === null || rows.length === 0)
    return <p className={classes.hint}>{words.chart.nothing}</p>
  const numbers = columns.filter(isNumberColumn)
  return (
    <div className={classes.chart}>
      <div className={classes.form}>
        <Select
          label={words.chart.by}
          data={distinct(columns.map(({ name }) => name))}
          value={chosen.by}
          allowDeselect={false}
          onChange={(by) => by && choose({ ...chosen, by })}
        />
        <Select
          label={words.chart.of}
          data={distinct(numbers.map(({ name }) => name))}
          value={chosen.of}
          allowDeselect={false}
          onChange={(of) => of && choose({ ...chosen, of })}
        />
      </div>
      {showChart(chart)}
      {rows.length > BARS_MAX && <p className={classes.hint}>{words.chart.first(BARS_MAX)}</p>}
    </div>
  )
}
