import { Button, SegmentedControl, Skeleton } from '@mantine/core'
import { useReducedMotion } from '@mantine/hooks'
import { Pause, Play } from 'lucide-react'
import { lazy, Suspense } from 'react'
import type { Signal } from '../../api/liveSignals'
import { useLaterText } from '../../i18n/later'
import { formatClock, formatExact } from '../../shared/format'
import classes from './LivePlot.module.css'
import { WINDOWS } from './liveUrl'
import { drawnUpTo, factsOf, type Point, within } from './samples'
import { useLiveView } from './useLiveView'

/** The drawing library comes with the first plot. */
const PlotCanvas = lazy(() => import('./PlotCanvas'))

const clock = (at: number) => formatClock(new Date(at).toISOString())

type Props = {
  signal: Signal
  points: Point[]
  /** When the picture was stopped, in milliseconds; null while it follows. */
  pausedAt: number | null
  onPause: (at: number | null) => void
}

/** The last minutes of a signal, as they come. */
export const LivePlot = ({ signal, points, pausedAt, onPause }: Props) => {
  const words = useLaterText().live
  const { view, change } = useLiveView()
  const newest = drawnUpTo(points, useReducedMotion())
  const to = pausedAt ?? newest
  const from = to - view.minutes * 60_000
  const shown = within(points, to, view.minutes * 60_000)
  const facts = factsOf(shown)
  const written = (value: number) => `${formatExact(value)} ${signal.unit}`.trim()
  const title = words.plot(signal.name, view.minutes)
  const span = facts ? words.facts(facts.count, clock(facts.first), clock(facts.last.at)) : words.noSamples
  const range = facts && words.range(written(facts.min), written(facts.max), written(facts.last.value))
  const label = range ? `${title}: ${span}; ${range}` : `${title}: ${span}`
  return (
    <section className={classes.card} aria-label={title}>
      <div className={classes.tools}>
        <p className={classes.latest}>
          {facts ? written(facts.last.value) : '–'}
          <span>{facts ? words.at(clock(facts.last.at)) : words.noSamples}</span>
        </p>
        <SegmentedControl
          size="xs"
          aria-label={words.window}
          value={String(view.minutes)}
          data={WINDOWS.map((minutes) => ({ value: String(minutes), label: words.minutes(minutes) }))}
          onChange={(minutes) => change({ minutes: Number(minutes) })}
        />
        <Button
          size="xs"
          variant="default"
          disabled={newest === 0}
          leftSection={pausedAt === null ? <Pause size={15} aria-hidden /> : <Play size={15} aria-hidden />}
          onClick={() => onPause(pausedAt === null ? newest : null)}
        >
          {pausedAt === null ? words.pause : words.goOn}
        </Button>
      </div>
      <Suspense fallback={<Skeleton height={280} />}>
        <PlotCanvas points={shown} from={from} to={to} label={label} name={signal.name} shown={written} />
      </Suspense>
      <p className={classes.facts}>
        {facts && span}
        {pausedAt !== null && ` · ${words.pausedAt(clock(pausedAt))}`}
      </p>
    </section>
  )
}
