import { Skeleton } from '@mantine/core'
import { useGetProfileQuery } from '../../../api/datasetsApi'
import type { Column, Table } from '../../../api/types'
import { useLaterText } from '../../../i18n/later'
import { narrowedBy } from '../datasetUrl'
import { Hint } from '../Hint'
import { useDatasetView } from '../useDatasetView'
import { ChartFigure } from './ChartFigure'
import { profileChart } from './chartData'
import { usePickedBar } from './usePickedBar'

export const ColumnChart = ({ table, column }: { table: Table; column: Column }) => {
  const words = useLaterText().datasets
  const { view } = useDatasetView()
  const onPick = usePickedBar()
  const { currentData, isError } = useGetProfileQuery({
    id: table.id,
    ...narrowedBy(view),
    column: column.name,
  })
  if (isError) return <Hint as="p">{words.summary.noValues}</Hint>
  if (!currentData) return <Skeleton height={150} aria-busy="true" />
  const chart = profileChart(currentData, words)
  return chart ? (
    <ChartFigure chart={chart} height={150} onPick={onPick} />
  ) : (
    <Hint as="p">{words.summary.noValues}</Hint>
  )
}
