import { lazy, Suspense } from 'react'
import { Link } from 'react-router'
import { selectLive } from '../../../api/live'
import { StatusChip } from '../../../display/StatusChip'
import { useShownStatus } from '../../../display/useShownStatus'
import { drawable } from '../../../i18n/isolate'
import { useText } from '../../../i18n/language'
import { formatName, formatPercent, percentOf } from '../../../shared/format'
import { Name } from '../../../shared/Name'
import { ProgressTrack } from '../../../shared/ProgressTrack'
import { useAppSelector } from '../../../store/hooks'
import { selectSameName } from '../sameNameSlice'
import type { UploadRow } from '../types'
import { UploadStateLine } from '../UploadStateLine'
import { selectUpload } from '../uploadsSlice'
import { UploadActions } from './UploadActions'
import classes from './UploadItem.module.css'

const SameNameLine = lazy(() => import('./SameNameLine'))

const toneOf = ({ phase }: UploadRow) => {
  return phase === 'uploading' || phase === 'uploaded' ? 'uploading' : 'quiet'
}

const Aside = ({ row }: { row: UploadRow }) => {
  const status = useShownStatus(row.fileId, 'dock') ?? 'processing'
  if (row.phase === 'uploaded' && row.fileId !== null)
    return <StatusChip status={status === 'uploading' ? 'processing' : status} />
  if (row.phase === 'failed') return <StatusChip status="error" />
  return <span className={classes.percent}>{formatPercent(percentOf(row.sent, row.size))}</span>
}

/** The name that the server keeps, once that is known; until then the one of the file that was chosen. */
const FileName = ({ row }: { row: UploadRow }) => {
  const words = useText().uploads
  const kept = useAppSelector((state) => selectLive(state, row.fileId)?.name ?? null)
  const local = row.relativePath ?? row.name
  const shown = kept === null ? local : local.slice(0, local.lastIndexOf('/') + 1) + kept
  return (
    <span className={classes.name} title={drawable(shown)}>
      {row.phase === 'uploaded' && row.fileId ? (
        <Link to={`/files/${row.fileId}`}>
          <Name>{kept ?? row.name}</Name>
        </Link>
      ) : (
        <Name>{shown}</Name>
      )}
      {row.appendsTo && <span className={classes.target}> {words.appends(row.appendsTo)}</span>}
    </span>
  )
}

/** Says so where the server could not keep a name as it was sent. */
const KeptAs = ({ row }: { row: UploadRow }) => {
  const words = useText().uploads
  const live = useAppSelector((state) => selectLive(state, row.fileId))
  if (!live?.name || live.sentAs === null) return null
  return <p className={classes.kept}>{words.keptAs(formatName(live.name), formatName(live.sentAs))}</p>
}

/** One upload in the dock: name, bar, what it is doing, what can be done. */
export const UploadItem = ({ id }: { id: string }) => {
  const words = useText().uploads
  const row = useAppSelector((state) => selectUpload(state, id))
  const stored = useAppSelector((state) => selectLive(state, row?.fileId ?? null)?.stored ?? 0)
  const question = useAppSelector((state) => selectSameName(state, id))
  if (!row) return null
  const percent = percentOf(row.sent, row.size)
  return (
    <div className={classes.item} data-phase={row.phase}>
      <div className={classes.line}>
        <FileName row={row} />
        <Aside row={row} />
      </div>
      <KeptAs row={row} />
      {row.phase !== 'uploaded' && row.phase !== 'failed' && (
        <ProgressTrack
          label={words.uploadOf(row.name)}
          value={row.size > 0 ? Math.min(100, (row.sent / row.size) * 100) : percent}
          stored={row.size > 0 ? (stored / row.size) * 100 : percent}
          tone={toneOf(row)}
        />
      )}
      <div className={classes.line}>
        <span className={classes.state}>
          <UploadStateLine row={row} />
        </span>
        <UploadActions row={row} />
      </div>
      {question && (
        <Suspense>
          <SameNameLine id={id} question={question} />
        </Suspense>
      )}
    </div>
  )
}
