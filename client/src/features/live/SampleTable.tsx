import { ActionIcon, Alert, Button } from '@mantine/core'
import { useReducedMotion } from '@mantine/hooks'
import { ArrowDown, ArrowUp, ChevronFirst, ChevronLeft, ChevronRight, ChevronsUpDown } from 'lucide-react'
import { useEffect } from 'react'
import { type Signal, useGetSamplesQuery } from '../../api/liveSignals'
import { detailOf } from '../../api/problem'
import { useText } from '../../i18n/language'
import { useLaterText } from '../../i18n/later'
import { formatCount, formatMoment } from '../../shared/format'
import classes from './Live.module.css'
import { nextSampleSort } from './liveUrl'
import { CALM_MS } from './samples'
import { useLiveView } from './useLiveView'

const SIZE = 20
/** Milliseconds between two looks at what is stored. */
const LOOK_MS = 2000

const SortHead = ({ by, word }: { by: 'timestamp' | 'value'; word: string }) => {
  const { view, change } = useLiveView()
  const mine = view.sort.endsWith(by)
  const up = view.sort === by
  const Icon = !mine ? ChevronsUpDown : up ? ArrowUp : ArrowDown
  return (
    <th
      scope="col"
      aria-sort={!mine ? 'none' : up ? 'ascending' : 'descending'}
      data-numeric={by === 'value' || undefined}
    >
      <button
        type="button"
        className={classes.sort}
        onClick={() => change({ sort: nextSampleSort(view.sort, by), page: 1 })}
      >
        {word}
        <Icon size={13} aria-hidden />
      </button>
    </th>
  )
}

/** What is stored of a signal, page by page; the page on top follows what comes. */
export const SampleTable = ({ signal, paused }: { signal: Signal; paused: boolean }) => {
  const words = useLaterText().live
  const { shared } = useText()
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
      <div className={classes.head}>
        <h2 id="samples-title">{words.stored}</h2>
        <span>{page && words.count(page.total)}</span>
      </div>
      {isError && !isFetching && (
        <Alert color="red" mb="sm" title={words.notLoaded}>
          {detailOf(error)}{' '}
          <Button size="compact-sm" variant="default" onClick={refetch}>
            {shared.tryAgain}
          </Button>
        </Alert>
      )}
      <section className={classes.box} tabIndex={0} aria-label={words.table}>
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
      </section>
      <nav className={classes.pager} aria-label={words.pages}>
        <span>{words.page(formatCount(view.page), formatCount(last))}</span>
        <ActionIcon
          variant="default"
          aria-label={words.first}
          disabled={view.page === 1}
          onClick={() => change({ page: 1 })}
        >
          <ChevronFirst size={16} aria-hidden />
        </ActionIcon>
        <ActionIcon
          variant="default"
          aria-label={words.previous}
          disabled={view.page === 1}
          onClick={() => change({ page: view.page - 1 })}
        >
          <ChevronLeft size={16} aria-hidden />
        </ActionIcon>
        <ActionIcon
          variant="default"
          aria-label={words.next}
          disabled={view.page >= last}
          onClick={() => change({ page: view.page + 1 })}
        >
          <ChevronRight size={16} aria-hidden />
        </ActionIcon>
      </nav>
    </section>
  )
}
