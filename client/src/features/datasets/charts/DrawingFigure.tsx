import { ActionIcon, Skeleton, Tooltip } from '@mantine/core'
import { ChartColumn, FileDown, ImageDown, ListFilter, Table2 } from 'lucide-react'
import { lazy, type ReactNode, Suspense, useRef, useState } from 'react'
import { useLaterText } from '../../../i18n/later'
import { handOver } from '../../../shared/handOver'
import { Hint } from '../Hint'
import { LongText } from '../LongText'
import { PlainTable } from '../PlainTable'
import classes from './DrawingFigure.module.css'
import { csvOf, type Drawing } from './drawing'

/** The drawing library comes when the first chart is drawn. */
const DrawingCanvas = lazy(() => import('./DrawingCanvas'))

const ROWS_MAX = 500
const ICON = { size: 15, 'aria-hidden': true } as const

type Pick = (filters: string[]) => void

const DrawingTable = ({ drawing, onPick }: { drawing: Drawing; onPick: Pick }) => {
  const words = useLaterText().datasets
  const { heads, rows, title } = drawing
  return (
    <section className={classes.table} tabIndex={0} aria-label={title}>
      <PlainTable>
        <caption className="sr-only">{title}</caption>
        <thead>
          <tr>
            {heads.map((head, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two heads may be written alike, and none moves
              <th key={index} scope="col" data-numeric={index > 0 || undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, ROWS_MAX).map(({ cells, filters, label }, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two rows may be written alike, and none moves
            <tr key={row}>
              {cells.map((text, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a cell has no other name
                <td key={index} data-numeric={index > 0 || undefined}>
                  {index === 0 ? <LongText text={text} cut={undefined} /> : text}
                  {index === cells.length - 1 && filters.length > 0 && (
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      size={24}
                      aria-label={words.summary.only(label)}
                      onClick={() => onPick(filters)}
                    >
                      <ListFilter size={13} aria-hidden />
                    </ActionIcon>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </PlainTable>
      {rows.length > ROWS_MAX && <Hint as="p">{words.chart.firstRows(ROWS_MAX)}</Hint>}
    </section>
  )
}

type ActProps = { label: string; of: string; icon: ReactNode; onClick: () => void }

const Act = ({ label, of, icon, onClick }: ActProps) => (
  <Tooltip label={label} openDelay={400}>
    <ActionIcon variant="subtle" color="gray" size={26} aria-label={`${label}: ${of}`} onClick={onClick}>
      {icon}
    </ActionIcon>
  </Tooltip>
)

const fileName = (title: string, ending: string): string =>
  `${title.replaceAll(/[^\p{L}\p{N} _-]+/gu, '_').slice(0, 80)}.${ending}`

type Props = {
  drawing: Drawing
  /** Along time, groups stand side by side. */
  along: boolean
  /** Whether values of series add up, so that they can stand upon each other. */
  adds: boolean
  onPick: Pick
}

/** A chart that can be read as a table, and taken along as a picture or as CSV. A click leaves its rows alone. */
export const DrawingFigure = ({ drawing, along, adds, onPick }: Props) => {
  const words = useLaterText().datasets
  const [asTable, setAsTable] = useState(false)
  const picture = useRef<(() => Promise<Blob | null>) | null>(null)
  const savePicture = async () => {
    const made = await picture.current?.()
    if (made) handOver(made, fileName(drawing.title, 'png'))
  }
  const saveTable = () =>
    handOver(new Blob([csvOf(drawing)], { type: 'text/csv;charset=utf-8' }), fileName(drawing.title, 'csv'))
  const turn = asTable ? words.summary.asChart : words.summary.asTable
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.caption}>
        <span className={classes.title}>{drawing.title}</span>
        <Act
          label={turn}
          of={drawing.title}
          icon={asTable ? <ChartColumn {...ICON} /> : <Table2 {...ICON} />}
          onClick={() => setAsTable(!asTable)}
        />
        {!asTable && (
          <Act
            label={words.chart.png}
            of={drawing.title}
            icon={<ImageDown {...ICON} />}
            onClick={() => void savePicture()}
          />
        )}
        <Act label={words.chart.csv} of={drawing.title} icon={<FileDown {...ICON} />} onClick={saveTable} />
      </figcaption>
      {asTable ? (
        <DrawingTable drawing={drawing} onPick={onPick} />
      ) : (
        <Suspense fallback={<Skeleton height={320} />}>
          <DrawingCanvas drawing={drawing} along={along} adds={adds} picture={picture} onPick={onPick} />
        </Suspense>
      )}
      {drawing.note && <Hint as="p">{drawing.note}</Hint>}
    </figure>
  )
}
