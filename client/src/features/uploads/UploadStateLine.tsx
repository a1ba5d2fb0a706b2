import {
  Clock,
  FileQuestionMark,
  History,
  type LucideIcon,
  Pause,
  RefreshCw,
  ScanSearch,
  WifiOff,
} from 'lucide-react'
import { selectLive } from '../../api/live'
import { detailOf, wordsFor } from '../../api/problem'
import { selectSessionStatus } from '../../api/session'
import { useShownStatus } from '../../display/useShownStatus'
import { useText } from '../../i18n/language'
import { formatBytes, formatCount, formatSpeed, formatTimeLeft, percentOf } from '../../shared/format'
import { useAppSelector } from '../../store/hooks'
import type { UploadPhase, UploadRow } from './types'
import classes from './UploadStateLine.module.css'
import { problemTitle } from './uploadProblem'
import { selectAhead } from './uploadsSlice'
import { useRetryCountdown } from './useRetryCountdown'

type Props = { row: UploadRow }

const Sending = ({ row }: Props) => {
  const words = useText().uploads.state
  const parts = [words.of(formatBytes(row.sent), formatBytes(row.size))]
  if (row.speed !== null) parts.push(formatSpeed(row.speed))
  return <>{[...parts, formatTimeLeft(row.eta)].join(' · ')}</>
}

const Retrying = ({ row }: Props) => {
  const words = useText().uploads.state
  const seconds = useRetryCountdown(row.retryAt)
  const { retryStatus: status } = row
  const why = status === 429 ? words.busy : status > 0 ? words.trouble(status) : words.unreachable
  return (
    <>
      {why}, {seconds > 0 ? words.retryIn(seconds) : words.retryNow} {words.attempt(row.attempt)}
    </>
  )
}

const Queued = ({ row }: Props) => {
  const words = useText().uploads.state
  const ahead = useAppSelector((state) => selectAhead(state, row.id))
  return (
    <>
      {formatBytes(row.size)} · {ahead > 0 ? words.ahead(ahead) : words.next}
    </>
  )
}

const OnServer = ({ row }: Props) => {
  const words = useText().uploads.state
  const status = useShownStatus(row.fileId, 'dock') ?? 'processing'
  const received = row.fileId === null
  const rows = useAppSelector((state) => selectLive(state, row.fileId)?.rows ?? 0)
  const error = useAppSelector((state) => selectLive(state, row.fileId)?.error)
  if (received)
    return (
      <>
        {formatBytes(row.size)} · {words.received}
      </>
    )
  if (status === 'done')
    return (
      <>
        {formatBytes(row.size)} · {words.done}
      </>
    )
  if (status === 'error') return <>{error ? wordsFor(error.code, error.message) : words.unread}</>
  return <>{rows > 0 ? words.rows(formatCount(rows)) : words.processing}</>
}

const Failed = ({ row }: Props) => {
  const words = useText().uploads.state
  return <>{row.problem ? `${problemTitle(row.problem)}. ${detailOf(row.problem)}` : words.failed}</>
}

const Left = ({ row }: Props) => {
  const words = useText().uploads.state
  const percent = percentOf(row.sent, row.size)
  if (row.phase === 'interrupted') return <>{words.stopped(percent)}</>
  return <>{row.remembered ? words.remembered(percent) : words.choose(formatBytes(row.size), percent)}</>
}

const Words = ({ row }: Props) => {
  const words = useText().uploads.state
  const signIn = useAppSelector((state) => selectSessionStatus(state) === 'expired')
  switch (row.phase) {
    case 'uploading':
      return signIn ? words.signIn : <Sending row={row} />
    case 'retrying':
      return signIn ? words.signIn : <Retrying row={row} />
    case 'waiting':
      return <>{words.network(percentOf(row.sent, row.size))}</>
    case 'paused':
      return <>{words.paused(percentOf(row.sent, row.size))}</>
    case 'checking':
      return <>{words.checking}</>
    case 'queued':
      return <Queued row={row} />
    case 'cancelling':
      return <>{words.cancelled}</>
    case 'failed':
      return <Failed row={row} />
    case 'uploaded':
      return <OnServer row={row} />
    default:
      return <Left row={row} />
  }
}

/** For what stands still; what moves has its bar, what has ended its chip. */
const ICONS: Partial<Record<UploadPhase, LucideIcon>> = {
  checking: ScanSearch,
  queued: Clock,
  paused: Pause,
  waiting: WifiOff,
  retrying: RefreshCw,
  interrupted: History,
  'needs-file': FileQuestionMark,
}

/** What one upload is doing, in a line. */
export const UploadStateLine = ({ row }: Props) => {
  const Icon = ICONS[row.phase]
  return (
    <span className={classes.line}>
      {Icon && <Icon size={13} aria-hidden />}
      <span>
        <Words row={row} />
      </span>
    </span>
  )
}
