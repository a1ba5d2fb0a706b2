import { Alert, Skeleton } from '@mantine/core'
import { useMemo } from 'react'
import { useGetBoxesQuery, useGetCrossTableQuery, useGetPointsQuery } from '../../../api/chartsApi'
import { useGetProfileQuery } from '../../../api/datasetsApi'
import { detailOf } from '../../../api/problem'
import type { Table } from '../../../api/types'
import { useLaterText } from '../../../i18n/later'
import { narrowedBy } from '../datasetUrl'
import { Hint } from '../Hint'
import { useDatasetView } from '../useDatasetView'
import { type ChartChoice, hasMoments, measureText } from './chartChoice'
import { DrawingFigure } from './DrawingFigure'
import { boxDrawing, crossDrawing, type Drawing, histogramDrawing, pointsDrawing } from './drawing'
import { usePickedBar } from './usePickedBar'

type Props = { table: Table; choice: ChartChoice; label: string }
type Asked = { drawing: Drawing | null; choice: ChartChoice; error: unknown; waits: boolean }

const Drawn = ({ drawing, choice, error, waits }: Asked) => {
  const words = useLaterText().datasets
  const pick = usePickedBar()
  if (error) return <Alert color="red">{detailOf(error)}</Alert>
  if (waits) return <Skeleton height={320} aria-busy="true" />
  if (drawing === null || drawing.rows.length === 0) return <Hint as="p">{words.summary.noValues}</Hint>
  return (
    <DrawingFigure
      key={drawing.title}
      drawing={drawing}
      along={choice.unit !== ''}
      adds={choice.measure === 'count' || choice.measure === 'sum'}
      onPick={(filters) => pick({ filters })}
    />
  )
}

/** Which rows of which version a chart is of. */
const useAsked = ({ id }: Table) => ({ id, ...narrowedBy(useDatasetView().view) })

// Each draws nothing but the answer to its own question: never that of the one before, under the words of this one.

const CrossChart = ({ table, choice, label }: Props) => {
  const words = useLaterText().datasets
  const { by, unit, split, splitUnit, measure, of, top } = choice
  const { currentData, error } = useGetCrossTableQuery({
    ...useAsked(table),
    by: by?.name ?? '',
    unit,
    split: split?.name ?? '',
    splitUnit,
    measure: measureText(measure, of?.name ?? ''),
    top,
  })
  const drawing = useMemo(
    () => (currentData ? crossDrawing(currentData, choice, label, words) : null),
    [currentData, choice, label, words],
  )
  return <Drawn drawing={drawing} choice={choice} error={error} waits={!currentData} />
}

const BoxChart = ({ table, choice }: Props) => {
  const words = useLaterText().datasets
  const { by, unit, of, top } = choice
  const { currentData, error } = useGetBoxesQuery({
    ...useAsked(table),
    column: of?.name ?? '',
    by: by?.name ?? '',
    unit,
    top,
  })
  const drawing = useMemo(
    () => (currentData ? boxDrawing(currentData, choice, words) : null),
    [currentData, choice, words],
  )
  return <Drawn drawing={drawing} choice={choice} error={error} waits={!currentData} />
}

const PointsChart = ({ table, choice }: Props) => {
  const words = useLaterText().datasets
  const { by, of } = choice
  const asked = { ...useAsked(table), x: by?.name ?? '', y: of?.name ?? '' }
  const { currentData, error } = useGetPointsQuery(asked)
  const drawing = useMemo(
    () => (currentData ? pointsDrawing(currentData, { x: hasMoments(by), y: hasMoments(of) }, words) : null),
    [currentData, by, of, words],
  )
  return <Drawn drawing={drawing} choice={choice} error={error} waits={!currentData} />
}

const Histogram = ({ table, choice }: Props) => {
  const words = useLaterText().datasets
  const { currentData, error } = useGetProfileQuery({ ...useAsked(table), column: choice.by?.name ?? '' })
  const drawing = useMemo(
    () => (currentData ? histogramDrawing(currentData, words) : null),
    [currentData, words],
  )
  return <Drawn drawing={drawing} choice={choice} error={error} waits={!currentData} />
}

/** The chart of a choice; a sentence where the table has no column for it. */
const BuiltChart = (props: Props) => {
  const words = useLaterText().datasets.chart
  const { kind, by, of } = props.choice
  const needsOf = kind === 'box' || kind === 'scatter'
  if ((by === undefined && kind !== 'box') || (needsOf && of === undefined))
    return <Hint as="p">{words.nothing}</Hint>
  if (kind === 'box') return <BoxChart {...props} />
  if (kind === 'scatter') return <PointsChart {...props} />
  return kind === 'histogram' ? <Histogram {...props} /> : <CrossChart {...props} />
}

export default BuiltChart
