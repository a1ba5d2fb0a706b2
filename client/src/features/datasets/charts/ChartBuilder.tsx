import { Select, Skeleton } from '@mantine/core'
import { lazy, Suspense, useMemo } from 'react'
import type { Column, Table } from '../../../api/types'
import { useLaterText } from '../../../i18n/later'
import { Card } from '../Card'
import type { DatasetView } from '../datasetUrl'
import { useDatasetView } from '../useDatasetView'
import classes from './ChartBuilder.module.css'
import {
  byColumns,
  type ChartChoice,
  chartChoiceOf,
  hasMoments,
  KINDS,
  MEASURES,
  measureText,
  ofColumns,
  TOPS,
  UNITS,
} from './chartChoice'

const BuiltChart = lazy(() => import('./BuiltChart'))

type ChoiceProps = {
  label: string
  data: { value: string; label: string }[]
  value: string | null
  searchable?: boolean
  onChange: (value: string) => void
}

const Choice = ({ label, data, value, searchable = false, onChange }: ChoiceProps) => (
  <Select
    label={label}
    data={data}
    value={value}
    searchable={searchable}
    allowDeselect={false}
    onChange={(chosen) => chosen !== null && onChange(chosen)}
  />
)

const named = (columns: Column[]) => columns.map(({ name }) => ({ value: name, label: name }))

type FormProps = { columns: Column[]; choice: ChartChoice; choose: (change: Partial<DatasetView>) => void }

/** What is drawn of groups: a measure, of a column, of how many groups. */
const MeasureChoices = ({ columns, choice, choose }: FormProps) => {
  const words = useLaterText().datasets
  const { kind, measure, of, unit, top } = choice
  const isGrouped = kind === 'bar' || kind === 'line'
  const known = MEASURES.filter((each) => each === 'count' || ofColumns(each, columns).length > 0)
  const op = isGrouped ? measure : 'sum'
  return (
    <>
      {isGrouped && (
        <Choice
          label={words.group.measure}
          data={known.map((each) => ({ value: each, label: words.group.measures[each] }))}
          value={measure}
          onChange={(word) => {
            const wanted = known.find((each) => each === word) ?? 'count'
            const fits = of && ofColumns(wanted, columns).includes(of)
            choose({ measure: measureText(wanted, (fits ? of : ofColumns(wanted, columns)[0])?.name ?? '') })
          }}
        />
      )}
      {kind !== 'histogram' && (!isGrouped || measure !== 'count') && (
        <Choice
          label={kind === 'scatter' ? words.chart.upward : words.group.of}
          data={named(ofColumns(op, columns))}
          value={of?.name ?? null}
          searchable
          onChange={(name) => choose({ measure: measureText(op === 'count' ? 'sum' : op, name) })}
        />
      )}
      {kind !== 'histogram' && kind !== 'scatter' && unit === '' && (
        <Choice
          label={words.chart.top}
          data={TOPS.map((each) => ({ value: String(each), label: words.chart.largest(each) }))}
          value={String(top)}
          onChange={(number) => choose({ top: Number(number) })}
        />
      )}
    </>
  )
}

/** The dimensions of a chart. */
const DimensionChoices = ({ columns, choice, choose }: FormProps) => {
  const words = useLaterText().datasets
  const { kind, by, unit, split } = choice
  const label = { bar: words.group.by, line: words.group.by, box: words.group.by }
  const none = { value: '', label: words.chart.noSplit }
  return (
    <>
      <Choice
        label={kind === 'histogram' || kind === 'scatter' ? words.chart.along : label[kind]}
        data={named(byColumns(kind, columns))}
        value={by?.name ?? null}
        searchable
        onChange={(name) => choose({ by: name })}
      />
      {hasMoments(by) && kind !== 'scatter' && (
        <Choice
          label={words.group.unit}
          data={UNITS.map((each) => ({ value: each === '' ? 'each' : each, label: words.group.units[each] }))}
          value={unit === '' ? 'each' : unit}
          onChange={(word) => choose({ unit: word })}
        />
      )}
      {(kind === 'bar' || kind === 'line') && (
        <Choice
          label={words.chart.and}
          data={[none, ...named(columns.filter(({ name }) => name !== by?.name))]}
          value={split?.name ?? ''}
          searchable
          onChange={(name) => choose({ split: name })}
        />
      )}
    </>
  )
}

/** A chart of the person's own making; it stands in the address, and what is left out is chosen by types. */
export const ChartBuilder = ({ table, facts }: { table: Table; facts: Table['aggregates'] }) => {
  const words = useLaterText().datasets
  const { view, change } = useDatasetView()
  const { chart, by, unit, split, measure, top } = view
  const choice = useMemo(
    () => chartChoiceOf({ chart, by, unit, split, measure, top }, table.columns, facts),
    [chart, by, unit, split, measure, top, table.columns, facts],
  )
  const { group } = words
  const label =
    choice.measure === 'count'
      ? group.measures.count
      : `${group.measures[choice.measure]} ${group.of} ${choice.of?.name}`
  // A step of Back leaves the page, not one choice of many.
  const form = { columns: table.columns, choice, choose: (next: Partial<DatasetView>) => change(next, true) }
  return (
    <Card as="section" title={words.chart.title} titleId="chart-title">
      <div className={classes.form}>
        <Choice
          label={words.chart.kind}
          data={KINDS.map((each) => ({ value: each, label: words.chart.kinds[each] }))}
          value={choice.kind}
          onChange={(kind) => form.choose({ chart: kind })}
        />
        <DimensionChoices {...form} />
        <MeasureChoices {...form} />
      </div>
      <Suspense fallback={<Skeleton height={320} aria-busy="true" />}>
        <BuiltChart table={table} choice={choice} label={label} />
      </Suspense>
    </Card>
  )
}
