import { Alert, Select, Skeleton } from '@mantine/core'
import { useGroupRowsQuery } from '../../../api/datasetsApi'
import { detailOf } from '../../../api/problem'
import type { Table } from '../../../api/types'
import { useLaterText } from '../../../i18n/later'
import { Card } from '../Card'
import { isNumeric } from '../columnTypes'
import { type DatasetView, narrowedBy } from '../datasetUrl'
import { Hint } from '../Hint'
import { useDatasetView } from '../useDatasetView'
import { ChartFigure } from './ChartFigure'
import { groupChart } from './chartData'
import classes from './GroupBuilder.module.css'
import { type GroupChoice, groupChoiceOf, hasMoments, MEASURES, measureText, UNITS } from './groupChoice'
import { usePickedBar } from './usePickedBar'

type GroupsProps = { table: Table; by: string; choice: GroupChoice; label: string }

const Groups = ({ table, by, choice: { measure, of, unit }, label }: GroupsProps) => {
  const words = useLaterText().datasets
  const { view } = useDatasetView()
  const onPick = usePickedBar()
  // Never the groups of the question before: they would stand under the words of this one.
  const { currentData, error, isError } = useGroupRowsQuery({
    id: table.id,
    ...narrowedBy(view),
    by,
    measure: measureText(measure, of?.name ?? ''),
    unit,
  })
  if (isError) return <Alert color="red">{detailOf(error)}</Alert>
  if (!currentData) return <Skeleton height={240} aria-busy="true" />
  const chart = groupChart(currentData, measure, label, words)
  return (
    <>
      <ChartFigure key={`${by} ${label}`} chart={chart} height={200} onPick={onPick} />
      {currentData.more && (
        <Hint as="p">
          {unit === ''
            ? words.group.more(currentData.groups.length)
            : words.group.moreUnits(currentData.groups.length)}
        </Hint>
      )}
    </>
  )
}

/** One measure over groups of rows, of the person's own making; it stands in the address. */
export const GroupBuilder = ({ table, facts }: { table: Table; facts: Table['aggregates'] }) => {
  const words = useLaterText().datasets.group
  const { view, change } = useDatasetView()
  const choice = groupChoiceOf(view, table.columns, facts)
  const { by, measure, of, unit } = choice
  const numeric = table.columns.filter(isNumeric)
  const known = numeric.length > 0 ? MEASURES : (['count'] as const)
  const label =
    measure === 'count' ? words.measures.count : `${words.measures[measure]} ${words.of} ${of?.name}`
  // A step of Back leaves the page, not one choice of many.
  const choose = (choices: Partial<DatasetView>) => change(choices, true)
  return (
    <Card as="section" title={words.title} titleId="group-title">
      <div className={classes.form}>
        <Select
          label={words.by}
          data={table.columns.map(({ name }) => name)}
          value={by?.name ?? null}
          searchable
          allowDeselect={false}
          onChange={(name) => choose({ by: name ?? '' })}
        />
        {hasMoments(by) && (
          <Select
            label={words.unit}
            data={UNITS.map((each) => ({ value: each === '' ? 'each' : each, label: words.units[each] }))}
            value={unit === '' ? 'each' : unit}
            allowDeselect={false}
            onChange={(word) => choose({ unit: word ?? '' })}
          />
        )}
        <Select
          label={words.measure}
          data={known.map((each) => ({ value: each, label: words.measures[each] }))}
          value={measure}
          allowDeselect={false}
          onChange={(word) => {
            const wanted = known.find((each) => each === word) ?? 'count'
            choose({ measure: measureText(wanted, of?.name ?? '') })
          }}
        />
        {measure !== 'count' && (
          <Select
            label={words.of}
            data={numeric.map(({ name }) => name)}
            value={of?.name ?? null}
            searchable
            allowDeselect={false}
            onChange={(name) => name && choose({ measure: measureText(measure, name) })}
          />
        )}
      </div>
      {by && <Groups table={table} by={by.name} choice={choice} label={label} />}
    </Card>
  )
}
