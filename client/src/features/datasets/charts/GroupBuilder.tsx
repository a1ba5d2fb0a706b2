import { Alert, Select, Skeleton } from '@mantine/core'
import { useState } from 'react'
import { useGroupRowsQuery } from '../../../api/datasetsApi'
import { detailOf } from '../../../api/problem'
import type { Column, Table } from '../../../api/types'
import { useLaterText } from '../../../i18n/later'
import { Card } from '../Card'
import { isNumeric, kindOf } from '../columnTypes'
import { Hint } from '../Hint'
import { useDatasetView } from '../useDatasetView'
import { ChartFigure } from './ChartFigure'
import { groupChart } from './chartData'
import classes from './GroupBuilder.module.css'

const MEASURES = ['count', 'sum', 'avg', 'min', 'max', 'distinct'] as const
type Measure = (typeof MEASURES)[number]
type Facts = Table['aggregates']

/** Few groups say most: the text column with the fewest values, but more than one. */
const firstBy = ({ columns }: Table, facts: Facts): string => {
  const groups = ({ name }: Column) => facts?.[name]?.distinct ?? 0
  const texts = columns.filter((column) => kindOf(column) === 'text' && groups(column) > 1)
  const [best = columns[0]] = texts.sort((a, b) => groups(a) - groups(b))
  return best?.name ?? ''
}

const measureText = (measure: Measure, of: string): string =>
  measure === 'count' ? 'count()' : `${measure}(${of})`

type GroupsProps = { table: Table; by: string; measure: Measure; of: Column | undefined; label: string }

const Groups = ({ table, by, measure, of, label }: GroupsProps) => {
  const words = useLaterText().datasets
  const { view } = useDatasetView()
  // Never the groups of the question before: they would stand under the words of this one.
  const { currentData, error, isError } = useGroupRowsQuery({
    id: table.id,
    version: view.version,
    filters: view.filters,
    by,
    measure: measureText(measure, of?.name ?? ''),
  })
  if (isError) return <Alert color="red">{detailOf(error)}</Alert>
  if (!currentData) return <Skeleton height={240} aria-busy="true" />
  const chart = groupChart(currentData, measure, label, words)
  return (
    <>
      <ChartFigure key={`${by} ${label}`} chart={chart} height={200} />
      {currentData.more && <Hint as="p">{words.group.more(currentData.groups.length)}</Hint>}
    </>
  )
}

/** One measure over groups of rows, of the person's own making. */
export const GroupBuilder = ({ table, facts }: { table: Table; facts: Facts }) => {
  const words = useLaterText().datasets.group
  const [chosen, setBy] = useState<string | null>(null)
  const by = chosen ?? firstBy(table, facts)
  const [measure, setMeasure] = useState<Measure>('count')
  const numeric = table.columns.filter(isNumeric)
  const [of, setOf] = useState(numeric[0]?.name ?? '')
  const known = numeric.length > 0 ? MEASURES : (['count'] as const)
  const label = measure === 'count' ? words.measures.count : `${words.measures[measure]} ${words.of} ${of}`
  return (
    <Card as="section" title={words.title} titleId="group-title">
      <div className={classes.form}>
        <Select
          label={words.by}
          data={table.columns.map(({ name }) => name)}
          value={by}
          searchable
          allowDeselect={false}
          onChange={setBy}
        />
        <Select
          label={words.measure}
          data={known.map((each) => ({ value: each, label: words.measures[each] }))}
          value={measure}
          allowDeselect={false}
          onChange={(word) => setMeasure(known.find((each) => each === word) ?? 'count')}
        />
        {measure !== 'count' && (
          <Select
            label={words.of}
            data={numeric.map(({ name }) => name)}
            value={of}
            searchable
            allowDeselect={false}
            onChange={(name) => name && setOf(name)}
          />
        )}
      </div>
      <Groups
        table={table}
        by={by}
        measure={measure}
        of={measure === 'count' ? undefined : numeric.find(({ name }) => name === of)}
        label={label}
      />
    </Card>
  )
}
