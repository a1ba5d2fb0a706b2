import { useIntersection } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import type { Aggregates, Cell, Column, Table } from '../../api/types'
import { useLaterText } from '../../i18n/later'
import { formatCount, formatExact } from '../../shared/format'
import { ColumnChart } from './charts/ColumnChart'
import { writtenOrNull } from './columnTypes'
import classes from './Dataset.module.css'
import { LongText } from './LongText'

/** Characters of a value that gets a line of its own. */
const LONG = 24

/** Characters of a text of which the server tells no more. */
const TOLD = 1000

const Facts = ({ facts }: { facts: Aggregates }) => {
  const { grid, summary: words } = useLaterText().datasets
  const distinct = formatCount(facts.distinct)
  const cell = (value: Cell) => (value === null ? '–' : writtenOrNull(value, grid))
  const computed = (value: Cell) => (value === null ? '–' : formatExact(String(value)))
  const lines: [string, string][] = [
    [words.values, formatCount(facts.count)],
    [words.nulls, formatCount(facts.nulls)],
    [words.distinct, facts.distinct_exact === false ? words.about(distinct) : distinct],
    [words.min, cell(facts.min)],
    [words.max, cell(facts.max)],
  ]
  if (facts.mean !== null && facts.mean !== undefined)
    lines.push([words.mean, computed(facts.mean)], [words.sum, computed(facts.sum)])
  return (
    <dl className={classes.facts}>
      {lines.map(([name, value]) => (
        <div key={name} data-long={value.length > LONG || undefined}>
          <dt>{name}</dt>
          <dd>
            <LongText text={value} cut={facts.cut && value.length > TOLD} />
          </dd>
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
