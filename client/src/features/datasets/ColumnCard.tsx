import { useIntersection } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import type { Aggregates, Cell, Column, Table } from '../../api/types'
import { useText } from '../../i18n/language'
import { formatCount, formatValue } from '../../shared/format'
import { ColumnChart } from './charts/ColumnChart'
import classes from './Dataset.module.css'

const shownCell = (value: Cell | undefined): string => {
  if (value === null || value === undefined) return '–'
  return typeof value === 'number' ? formatValue(value) : String(value).replace(/^(\d{4}-\d\d-\d\d)T/, '$1 ')
}

const Facts = ({ facts }: { facts: Aggregates }) => {
  const words = useText().datasets.summary
  const distinct = formatCount(facts.distinct)
  const lines: [string, string][] = [
    [words.values, formatCount(facts.count)],
    [words.nulls, formatCount(facts.nulls)],
    [words.distinct, facts.distinct_exact === false ? words.about(distinct) : distinct],
    [words.min, shownCell(facts.min)],
    [words.max, shownCell(facts.max)],
  ]
  if (facts.mean !== null && facts.mean !== undefined)
    lines.push([words.mean, shownCell(facts.mean)], [words.sum, shownCell(facts.sum)])
  return (
    <dl className={classes.facts}>
      {lines.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd title={value}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

type Props = {
  table: Table
  column: Column
  /** Undefined while they are not known. */
  facts: Aggregates | undefined
}

/** One column in numbers and in a picture; the picture is asked for when the card comes into view. */
export const ColumnCard = ({ table, column, facts }: Props) => {
  const { ref, entry } = useIntersection({ rootMargin: '200px' })
  const [seen, setSeen] = useState(false)
  useEffect(() => {
    if (entry?.isIntersecting) setSeen(true)
  }, [entry])
  return (
    <article ref={ref} className={classes.card} aria-label={column.name}>
      <header className={classes.cardHead}>
        <h2>{column.name}</h2>
        <span className={classes.type}>{column.type}</span>
      </header>
      {facts && <Facts facts={facts} />}
      <div className={classes.chartSlot}>{seen && <ColumnChart table={table} column={column} />}</div>
    </article>
  )
}
