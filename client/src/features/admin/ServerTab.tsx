import { Alert, Skeleton } from '@mantine/core'
import { useReadyQuery, useStorageQuery } from '../../api/adminApi'
import { detailOf } from '../../api/problem'
import { NotLoaded } from '../../display/NotLoaded'
import { useLaterText } from '../../i18n/later'
import { formatBytes, formatCount } from '../../shared/format'
import { SectionHead } from '../../shared/SectionHead'
import classes from './ServerTab.module.css'

const LOOK_MS = 5000
const OPTIONS = { pollingInterval: LOOK_MS, skipPollingIfUnfocused: true }

const Fact = ({ label, value }: { label: string; value: string }) => (
  <div className={classes.fact}>
    <dt>{label}</dt>
    <dd>{value}</dd>
  </div>
)

const HealthFacts = () => {
  const words = useLaterText().admin.server
  const { data, error, isError } = useReadyQuery(undefined, OPTIONS)
  if (isError)
    return (
      <Alert color="red" title={words.notReady}>
        {detailOf(error)}
      </Alert>
    )
  if (!data) return <Skeleton height={70} aria-busy="true" />
  const { conversion } = data
  return (
    <>
      <p className={classes.state} role="status" data-state={data.status ?? 'ready'}>
        <strong>{words[data.status ?? 'ready']}</strong> {data.detail}
      </p>
      <dl className={classes.facts}>
        <Fact label={words.waiting} value={formatCount(conversion.waiting)} />
        <Fact label={words.late} value={words.seconds(conversion.late_seconds)} />
        <Fact label={words.running} value={formatCount(conversion.running)} />
        <Fact label={words.stuck} value={formatCount(conversion.stuck)} />
        {data.redis && <Fact label="Redis" value={words[data.redis]} />}
        {data.engine && <Fact label={words.engine} value={words[data.engine]} />}
      </dl>
    </>
  )
}

/** Whether all is well, and what is stored. */
export const ServerTab = () => {
  const words = useLaterText().admin.server
  const { data, error, isError, refetch } = useStorageQuery(undefined, OPTIONS)
  return (
    <>
      <section aria-labelledby="health-title">
        <SectionHead id="health-title" title={words.health} />
        <HealthFacts />
      </section>
      <section aria-labelledby="storage-title">
        <SectionHead id="storage-title" title={words.storage} />
        {isError && <NotLoaded title={words.notLoaded} error={error} onRetry={refetch} />}
        {!data && !isError && <Skeleton height={70} aria-busy="true" />}
        {data && (
          <dl className={classes.facts}>
            <Fact label={words.files} value={formatCount(data.files)} />
            <Fact label={words.uploads} value={formatBytes(data.uploads)} />
            <Fact label={words.tables} value={formatBytes(data.tables)} />
            <Fact label={words.free} value={data.free === null ? words.unknown : formatBytes(data.free)} />
          </dl>
        )}
      </section>
    </>
  )
}
