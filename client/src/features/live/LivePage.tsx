import { Alert, Select, Skeleton } from '@mantine/core'
import { useState } from 'react'
import { type Signal, useListSignalsQuery } from '../../api/liveSignals'
import { NotLoaded } from '../../display/NotLoaded'
import { useLaterText } from '../../i18n/later'
import { PageTitle } from '../../shared/PageTitle'
import { usePageTitle } from '../../shared/usePageTitle'
import classes from './LivePage.module.css'
import { LivePlot } from './LivePlot'
import { SampleTable } from './SampleTable'
import { useLiveView } from './useLiveView'
import { useStream } from './useStream'

const LiveSignal = ({ signal }: { signal: Signal }) => {
  const words = useLaterText().live
  const { points, state } = useStream(signal.name)
  const [pausedAt, setPausedAt] = useState<number | null>(null)
  return (
    <>
      <p className={classes.state} role="status" data-state={state}>
        {state === 'reconnecting' && words.reconnecting}
      </p>
      <LivePlot signal={signal} points={points} pausedAt={pausedAt} onPause={setPausedAt} />
      <SampleTable signal={signal} paused={pausedAt !== null} />
    </>
  )
}

/** The server's live signals: one of them as a line that grows, and what is stored of it as a table. */
const LivePage = () => {
  const words = useLaterText().live
  const { view, change } = useLiveView()
  const { data, error, isError, refetch } = useListSignalsQuery()
  const signal = data?.find(({ name }) => name === view.signal)
  usePageTitle(words.title)
  return (
    <>
      <div className={classes.title}>
        <PageTitle>{words.title}</PageTitle>
        {data && (
          <Select
            aria-label={words.signal}
            w={220}
            allowDeselect={false}
            data={data.map(({ name }) => ({ value: name, label: name.replaceAll('_', ' ') }))}
            value={signal?.name ?? null}
            onChange={(name) => name && change({ signal: name, page: 1 })}
          />
        )}
        <p>{signal && (words.about[signal.name] ?? signal.description)}</p>
      </div>
      {isError && <NotLoaded title={words.notLoaded} error={error} onRetry={refetch} />}
      {data && !signal && <Alert color="yellow">{words.unknown(view.signal)}</Alert>}
      {!data && !isError && <Skeleton height={340} aria-busy="true" />}
      {signal && <LiveSignal key={signal.name} signal={signal} />}
    </>
  )
}

export default LivePage
