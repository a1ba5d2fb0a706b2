import { Alert, Button, TextInput } from '@mantine/core'
import { Search } from 'lucide-react'
import { useState } from 'react'
import { useGetAggregatesQuery } from '../../api/datasetsApi'
import { wordsFor } from '../../api/problem'
import type { Table } from '../../api/types'
import { NotLoaded } from '../../display/NotLoaded'
import { useLaterText } from '../../i18n/later'
import { ownValue } from '../../shared/ownValue'
import { ColumnCard } from './ColumnCard'
import { ChartBuilder } from './charts/ChartBuilder'
import { narrowedBy } from './datasetUrl'
import { FilterChips } from './FilterChips'
import type { Rights } from './rights'
import classes from './SummaryTab.module.css'
import { useDatasetView } from './useDatasetView'
import { useGoneColumns } from './useGoneColumns'

const STEP = 24

/** The table in numbers: groups across it, and a card for each column. */
export const SummaryTab = ({ table, rights }: { table: Table; rights: Rights }) => {
  const { datasets } = useLaterText()
  const words = datasets.summary
  const { view } = useDatasetView()
  useGoneColumns(table.id, table.columns)
  const {
    currentData: data,
    data: latest,
    error,
    isError,
    refetch,
  } = useGetAggregatesQuery({ id: table.id, ...narrowedBy(view) })
  const [shown, setShown] = useState(STEP)
  const [wanted, setWanted] = useState('')
  const found = table.columns.filter(({ name }) => name.toLowerCase().includes(wanted.trim().toLowerCase()))
  const left = found.length - shown
  return (
    <div className={classes.summary}>
      <FilterChips columns={table.columns} />
      {isError && <NotLoaded title={words.failed} error={error} onRetry={refetch} plain />}
      {latest && <ChartBuilder table={table} facts={latest.aggregates} />}
      {data?.aggregates_error && (
        <Alert color="yellow">{wordsFor(data.aggregates_error.code, data.aggregates_error.detail)}</Alert>
      )}
      <section aria-label={words.label}>
        {table.columns.length > STEP && (
          <TextInput
            type="search"
            mb="sm"
            maw={320}
            aria-label={words.search}
            placeholder={words.search}
            leftSection={<Search size={15} aria-hidden />}
            value={wanted}
            onChange={(event) => setWanted(event.currentTarget.value)}
          />
        )}
        <div className={classes.cards}>
          {found.slice(0, shown).map((column) => (
            <ColumnCard
              key={column.name}
              table={table}
              column={column}
              facts={ownValue(data?.aggregates, column.name)}
              mayChange={rights.mayEdit && view.version === null}
            />
          ))}
        </div>
        {left > 0 && (
          <Button mt="md" variant="default" onClick={() => setShown(shown + STEP)}>
            {words.more(Math.min(STEP, left))}
          </Button>
        )}
      </section>
    </div>
  )
}
