import { Button, Select, Skeleton } from '@mantine/core'
import { RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { type JobRef, type JobState, useListJobsQuery, useRetryJobMutation } from '../../api/adminApi'
import { detailOf, wordsFor } from '../../api/problem'
import { NotLoaded } from '../../display/NotLoaded'
import { laterText, useLaterText } from '../../i18n/later'
import { formatTime } from '../../shared/format'
import { Name } from '../../shared/Name'
import { SectionHead } from '../../shared/SectionHead'
import { toastProblem } from '../../shared/toast'
import { AdminTable } from './AdminTable'
import classes from './JobsTab.module.css'

/** Milliseconds between two looks. */
const LOOK_MS = 5000
const STATES: readonly JobState[] = ['queued', 'running', 'idle', 'failed', 'done']
/** No state: jobs of all. */
const ALL = 'all'

const RetryButton = ({ job }: { job: JobRef }) => {
  const words = useLaterText().admin.jobs
  const [retry, { isLoading }] = useRetryJobMutation()
  const run = () =>
    retry(job.id)
      .unwrap()
      .catch((error: unknown) => toastProblem(laterText().admin.jobs.notRetried, detailOf(error)))
  return (
    <Button
      size="compact-xs"
      variant="default"
      loading={isLoading}
      leftSection={<RotateCcw size={13} aria-hidden />}
      aria-label={words.retryOf(job.name ?? job.subject)}
      onClick={() => void run()}
    >
      {words.retry}
    </Button>
  )
}

const JobRow = ({ job }: { job: JobRef }) => {
  const words = useLaterText().admin.jobs
  return (
    <tr>
      <td>{words.kinds[job.kind] ?? job.kind}</td>
      <td>
        <Name>{job.name ?? job.subject}</Name>
        {job.owner !== null && <span className={classes.soft}>{words.of(job.owner)}</span>}
      </td>
      <td>
        {words.states[job.state] ?? job.state}
        {job.worker !== null && <span className={classes.soft}>{job.worker}</span>}
        {job.error !== null && (
          <span className={classes.reason}>
            {wordsFor(job.error.code, job.error.message)} <code>{job.error.code}</code>
          </span>
        )}
      </td>
      <td>{formatTime(job.created_at)}</td>
      <td>{job.finished_at === null ? '–' : formatTime(job.finished_at)}</td>
      <td data-numeric>{job.attempt}</td>
      <td>{job.state === 'failed' && <RetryButton job={job} />}</td>
    </tr>
  )
}

/** What is to be done, is being done, and could not be done. */
export const JobsTab = () => {
  const words = useLaterText().admin.jobs
  const [state, setState] = useState<JobState | ''>('')
  const { currentData, error, isError, refetch } = useListJobsQuery(state, {
    pollingInterval: LOOK_MS,
    skipPollingIfUnfocused: true,
  })
  const heads = [words.kind, words.file, words.state, words.made, words.ended, words.attempt]
  return (
    <section aria-labelledby="jobs-title">
      <SectionHead id="jobs-title" title={words.title} apart>
        <Select
          size="xs"
          w={170}
          aria-label={words.only}
          allowDeselect={false}
          value={state || ALL}
          data={[ALL, ...STATES].map((each) => ({ value: each, label: words.states[each] ?? words.all }))}
          onChange={(value) => setState(STATES.find((each) => each === value) ?? '')}
        />
      </SectionHead>
      {isError && <NotLoaded title={words.notLoaded} error={error} onRetry={refetch} />}
      {!currentData && !isError && <Skeleton height={200} aria-busy="true" />}
      {currentData?.length === 0 && <p>{words.none}</p>}
      {currentData && currentData.length > 0 && (
        <AdminTable
          label={words.list}
          numeric={[5]}
          heads={[
            ...heads,
            <span key="more" className="sr-only">
              {words.more}
            </span>,
          ]}
        >
          {currentData.map((job) => (
            <JobRow key={job.id} job={job} />
          ))}
        </AdminTable>
      )}
    </section>
  )
}
