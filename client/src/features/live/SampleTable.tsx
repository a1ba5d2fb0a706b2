import { useReducedMotion } from '@mantine/hooks'
import { useEffect } from 'react'
import { type Signal, useGetSamplesQuery } from '../../api/liveSignals'
import { NotLoaded } from '../../display/NotLoaded'
import { useLaterText } from '../../i18n/later'
import { formatCount, formatMoment } from '../../shared/format'
import { Pager, PagerButton } from '../../shared/Pager'
import { ScrollBox } from '../../shared/ScrollBox'
import { SectionHead } from '../../shared/SectionHead'
import { directionOf, SortIcon } from '../../shared/SortIcon'
import { nextSampleSort } from './liveUrl'
import classes from './SampleTable.module.css'
import { CALM_MS } from './samples'
import { useLiveView } from './useLiveView'

const SIZE = 20
/** Milliseconds between two looks at what is stored. */
const LOOK_MS = 2000

const SortHead = ({ by, word }: { by: 'timestamp' | 'value'; word: string }) => {
  const { view, change } = useLiveView()
  const direction = directionOf(view.sort, by)
  return (
    <th scope="col" aria-sort={direction} data-numeric={by === 'value' || undefined}>
      <button
        type="button"
        className={classes.sort}
        onClick={() => change({ sort: nextSampleSort(view.sort, by), page: 1 })}
      >
        {word}
        <SortIcon direction={direction} />
      </button>
    </th>
  )
}

const SamplePager = ({ last }: { last: number }) => {
  const words = useLaterText().live
  const { view, change } = useLiveView()
  const goTo = (page: number) => () => change({ page })
  const atStart = view.page === 1
  return (
    <Pager label={words.pages} range={words.page(formatCount(view.page), formatCount(last))}>
      <PagerButton to="first" label={words.first} disabled={atStart} onClick={goTo(1)} />
      <PagerButton to="previous" label={words.previous} disabled={atStart} onClick={goTo(view.page - 1)} />
      <PagerButton to="next" label={words.next} disabled={view.page >= last} onClick={goTo(view.page + 1)} />
    </Pager>
  )
}

/** What is stored of a signal, page by page; the page on top follows what comes. */
export const SampleTable = ({ signal, paused }: { signal: Signal; paused: boolean }) => {
  const words = useLaterText().live
  const { view, change } = useLiveView()
  const asked = { name: signal.name, page: view.page, size: SIZE, sort: view.sort }
  const lookMs = useReducedMotion() ? CALM_MS : LOOK_MS
  const { data, currentData, error, isError, isFetching, refetch } = useGetSamplesQuery(asked, {
    pollingInterval: paused ? 0 : lookMs,
    skipPollingIfUnfocused: true,
  })
  // A page of another signal or order stands only while the right one is under way.
  const page = currentData ?? (isFetching && data?.name === signal.name ? data : undefined)
  const last = Math.max(1, Math.ceil((page?.total ?? 0) / SIZE))
  useEffect(() => {
    if (currentData && view.page > last) change({ page: last })
  }, [currentData, view.page, last, change])
  const value = signal.unit ? words.valueIn(signal.unit) : words.value
  return (
    <section aria-labelledby="samples-title">
      <SectionHead id="samples-title" title={words.stored}>
        <span>{page && words.count(page.total)}</span>
      </SectionHead>
      {isError && !isFetching && (
        <NotLoaded title={words.notLoaded} error={error} onRetry={refetch} mb="sm" plain />
      )}
      <ScrollBox label={words.table}>
        <table className={classes.table} aria-busy={currentData === undefined || undefined}>
          <thead>
            <tr>
              <SortHead by="timestamp" word={words.time} />
              <SortHead by="value" word={value} />
            </tr>
          </thead>
          <tbody>
            {page?.samples.map((sample) => (
              <tr key={sample.timestamp}>
                <td>
                  <time dateTime={sample.timestamp}>{formatMoment(sample.timestamp)}</time>
                </td>
                <td data-numeric>{String(sample.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      <SamplePager last={last} />
    </section>
  )
}
