import { selectLive } from '../../api/live'
import { selectSessionStatus } from '../../api/session'
import { useAppSelector } from '../../app/hooks'
import { formatBytes, formatCount, formatSpeed, formatTimeLeft, percentOf } from '../../shared/format'
import { useShownStatus } from '../../shared/useShownStatus'
import type { UploadRow } from './types'
import { problemTitle } from './uploadProblem'
import { selectAhead } from './uploadsSlice'
import { useRetryCountdown } from './useRetryCountdown'

const Sending = ({ row }: { row: UploadRow }) => (
  <>
    {formatBytes(row.sent)} of {formatBytes(row.size)}
    {row.speed !== null && <> · {formatSpeed(row.speed)}</>} · {formatTimeLeft(row.eta)}
  </>
)

const Retrying = ({ row }: { row: UploadRow }) => {
  const seconds = useRetryCountdown(row.retryAt)
  const when = seconds > 0 ? `in ${seconds} s` : 'now'
  return (
    <>
      Server not reachable, retrying {when} (attempt {row.attempt})
    </>
  )
}

const Queued = ({ row }: { row: UploadRow }) => {
  const ahead = useAppSelector((state) => selectAhead(state, row.id))
  return (
    <>
      {formatBytes(row.size)} · {ahead > 0 ? `${formatCount(ahead)} ahead` : 'next'}
    </>
  )
}

const OnServer = ({ row }: { row: UploadRow }) => {
  const status = useShownStatus(row.fileId, 'dock') ?? 'processing'
  const rows = useAppSelector((state) => selectLive(state, row.fileId)?.rows ?? 0)
  if (status === 'done') return <>{formatBytes(row.size)} · Done</>
  if (status === 'error') return <>Uploaded, but could not be read as a table</>
  return <>{rows > 0 ? `Reading rows: ${formatCount(rows)}` : 'Processing'}</>
}

/** What one upload is doing, in a line. */
export const UploadStateLine = ({ row }: { row: UploadRow }) => {
  const signIn = useAppSelector((state) => selectSessionStatus(state) === 'expired')
  const percent = percentOf(row.sent, row.size)
  switch (row.phase) {
    case 'uploading':
      return signIn ? <>Waiting for you to sign in</> : <Sending row={row} />
    case 'retrying':
      return signIn ? <>Waiting for you to sign in</> : <Retrying row={row} />
    case 'waiting':
      return <>Waiting for network · {percent}% sent</>
    case 'paused':
      return <>Paused at {percent}%, safe on the server</>
    case 'queued':
      return <Queued row={row} />
    case 'cancelling':
      return <>Cancelled</>
    case 'failed':
      return <>{row.problem ? `${problemTitle(row.problem)}. ${row.problem.detail}` : 'The upload failed.'}</>
    case 'uploaded':
      return <OnServer row={row} />
    case 'interrupted':
      return <>Stopped at {percent}%, ready to go on</>
    case 'needs-file':
      return (
        <>
          Choose the file again ({formatBytes(row.size)}) to go on at {percent}%
        </>
      )
  }
}
