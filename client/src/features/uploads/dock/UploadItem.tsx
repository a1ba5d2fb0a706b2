import { Link } from 'react-router'
import { selectLive } from '../../../api/live'
import { StatusChip } from '../../../display/StatusChip'
import { useShownStatus } from '../../../display/useShownStatus'
import { useText } from '../../../i18n/language'
import { formatPercent, percentOf } from '../../../shared/format'
import { ProgressTrack } from '../../../shared/ProgressTrack'
import { useAppSelector } from '../../../store/hooks'
import type { UploadRow } from '../types'
import { UploadStateLine } from '../UploadStateLine'
import { selectUpload } from '../uploadsSlice'
import { UploadActions } from './UploadActions'
import classes from './UploadItem.module.css'

const toneOf = ({ phase }: UploadRow) => {
  return phase === 'uploading' || phase === 'uploaded' ? 'uploading' : 'quiet'
}

const Aside = ({ row }: { row: UploadRow }) => {
  const status = useShownStatus(row.fileId, 'dock') ?? 'processing'
  if (row.phase === 'uploaded') return <StatusChip status={status === 'uploading' ? 'processing' : status} />
  if (row.phase === 'failed') return <StatusChip status="error" />
  return <span className={classes.percent}>{formatPercent(percentOf(row.sent, row.size))}</span>
}

/** One upload in the dock: name, bar, what it is doing, what can be done. */
export const UploadItem = ({ id }: { id: string }) => {
  const words = useText().uploads
  const row = useAppSelector((state) => selectUpload(state, id))
  const stored = useAppSelector((state) => selectLive(state, row?.fileId ?? null)?.stored ?? 0)
  if (!row) return null
  const percent = percentOf(row.sent, row.size)
  const opened = row.phase === 'uploaded' && row.fileId
  return (
    <div className={classes.item} data-phase={row.phase}>
      <div className={classes.line}>
        <span className={classes.name} title={row.relativePath ?? row.name}>
          {opened ? <Link to={`/files/${row.fileId}`}>{row.name}</Link> : (row.relativePath ?? row.name)}
          {row.appendsTo && <span className={classes.target}> {words.appends(row.appendsTo)}</span>}
        </span>
        <Aside row={row} />
      </div>
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
    </div>
  )
}
