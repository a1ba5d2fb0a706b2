import { ActionIcon } from '@mantine/core'
import { useIntersection } from '@mantine/hooks'
import { PencilLine } from 'lucide-react'
import { lazy, Suspense, useEffect, useState } from 'react'
import type { Aggregates, Cell, Column, Table } from '../../api/types'
import { useLaterText } from '../../i18n/later'
import { formatCount, formatExact } from '../../shared/format'
import { Card } from './Card'
import classes from './ColumnCard.module.css'
import { ColumnChart } from './charts/ColumnChart'
import { writtenOrNull } from './columnTypes'
import { LongText } from './LongText'

const ColumnDialog = lazy(() => import('./ColumnDialog'))

/** Characters of a value that gets a line of its own. */
const LONG = 24

/** Characters of a text of which the server sends no more. */
const SENT_MAX = 1000

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
            <LongText text={value} cut={facts.cut && value.length > SENT_MAX} />
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
  mayChange: boolean
}

/** One column in numbers and in a picture; the picture is asked for when the card comes into view. */
export const ColumnCard = ({ table, column, facts, mayChange }: Props) => {
  const { ref, entry } = useIntersection({ rootMargin: '200px' })
  const words = useLaterText().datasets.column
  const [seen, setSeen] = useState(false)
  const [changing, setChanging] = useState(false)
  useEffect(() => {
    if (entry?.isIntersecting) setSeen(true)
  }, [entry])
  return (
    <Card
      as="article"
      ref={ref}
      label={column.name}
      title={column.name}
      aside={column.type}
      action={
        mayChange && (
          <ActionIcon
            variant="subtle"
            color="gray"
            size={26}
            aria-label={words.changeOf(column.name)}
            onClick={() => setChanging(true)}
          >
            <PencilLine size={14} aria-hidden />
          </ActionIcon>
        )
      }
    >
      {facts && <Facts facts={facts} />}
      <div className={classes.chartSlot}>{seen && <ColumnChart table={table} column={column} />}</div>
      {changing && (
        <Suspense>
          <ColumnDialog
            id={table.id}
            column={column}
            isLast={table.columns.length === 1}
            onClose={() => setChanging(false)}
          />
        </Suspense>
      )}
    </Card>
  )
}
