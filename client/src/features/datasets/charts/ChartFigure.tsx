import { ActionIcon, Skeleton, Tooltip } from '@mantine/core'
import { ChartColumn, Table2 } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useLaterText } from '../../../i18n/later'
import { LongText } from '../LongText'
import { PlainTable } from '../PlainTable'
import classes from './ChartFigure.module.css'
import type { ChartData } from './chartData'

/** The drawing library comes when the first chart is drawn. */
const BarCanvas = lazy(() => import('./BarCanvas'))

const ChartTable = ({ chart }: { chart: ChartData }) => (
  <section className={classes.table} tabIndex={0} aria-label={chart.title}>
    <PlainTable>
      <caption className="sr-only">{chart.title}</caption>
      <thead>
        <tr>
          <th scope="col">{chart.keyHead}</th>
          <th scope="col" data-numeric>
            {chart.valueHead}
          </th>
        </tr>
      </thead>
      <tbody>
        {[...chart.bars, ...(chart.rest ? [chart.rest] : [])].map(({ id, key, cut, text }) => (
          <tr key={id}>
            <td>
              <LongText text={key} cut={cut} />
            </td>
            <td data-numeric>{text}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  </section>
)

/** A chart that can also be read: the same numbers as a table, one button away. */
export const ChartFigure = ({ chart, height }: { chart: ChartData; height: number }) => {
  const words = useLaterText().datasets.summary
  const [asTable, setAsTable] = useState(false)
  const Icon = asTable ? ChartColumn : Table2
  const turn = asTable ? words.asChart : words.asTable
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.caption}>
        {chart.title}
        <Tooltip label={turn} openDelay={400}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={26}
            aria-label={`${turn}: ${chart.title}`}
            onClick={() => setAsTable(!asTable)}
          >
            <Icon size={15} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </figcaption>
      {asTable ? (
        <ChartTable chart={chart} />
      ) : (
        <Suspense fallback={<Skeleton height={height} />}>
          <BarCanvas chart={chart} height={height} />
        </Suspense>
      )}
    </figure>
  )
}
