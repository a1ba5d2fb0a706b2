import { ActionIcon, Skeleton, Tooltip } from '@mantine/core'
import { ChartColumn, ListFilter, Table2 } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useLaterText } from '../../../i18n/later'
import { LongText } from '../LongText'
import { PlainTable } from '../PlainTable'
import classes from './ChartFigure.module.css'
import type { Bar, ChartData } from './chartData'

/** The drawing library comes when the first chart is drawn. */
const BarCanvas = lazy(() => import('./BarCanvas'))

type Pick = (bar: Bar) => void

const PickButton = ({ bar, onPick }: { bar: Bar; onPick: Pick }) => (
  <ActionIcon
    variant="subtle"
    color="gray"
    size={24}
    aria-label={useLaterText().datasets.summary.only(bar.key)}
    onClick={() => onPick(bar)}
  >
    <ListFilter size={13} aria-hidden />
  </ActionIcon>
)

const ChartTable = ({ chart, onPick }: { chart: ChartData; onPick: Pick | undefined }) => (
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
        {[...chart.bars, ...(chart.rest ? [chart.rest] : [])].map((bar) => (
          <tr key={bar.id}>
            <td>
              <LongText text={bar.key} cut={bar.cut} />
            </td>
            <td data-numeric>
              {bar.text}
              {onPick && bar.filters.length > 0 && <PickButton bar={bar} onPick={onPick} />}
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  </section>
)

type Props = { chart: ChartData; height: number; onPick?: Pick }

/** A chart that can also be read: the same numbers as a table, one button away. A click on a bar picks its rows. */
export const ChartFigure = ({ chart, height, onPick }: Props) => {
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
        <ChartTable chart={chart} onPick={onPick} />
      ) : (
        <Suspense fallback={<Skeleton height={height} />}>
          <BarCanvas chart={chart} height={height} {...(onPick && { onPick })} />
        </Suspense>
      )}
    </figure>
  )
}
