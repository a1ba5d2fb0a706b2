import { selectLive } from '../../api/live'
import { wordsFor } from '../../api/problem'
import type { FileEntry } from '../../api/types'
import { useAppSelector } from '../../app/hooks'
import { useText } from '../../i18n/language'
import { formatPercent } from '../../shared/format'
import { ProgressTrack } from '../../shared/ProgressTrack'
import { StatusChip } from '../../shared/StatusChip'
import { useShownStatus } from '../../shared/useShownStatus'
import classes from './FilesTable.module.css'

/** Status chip, with progress while it moves and the reason when it failed. */
export const StatusCell = ({ entry }: { entry: FileEntry }) => {
  const words = useText().files
  const shown = useShownStatus(entry.id, 'table') ?? entry.status
  const progress = useAppSelector((state) => selectLive(state, entry.id)?.progress ?? 0)
  const moving = shown === 'uploading' || shown === 'processing'
  // Over upload and reading together, so it is not the share of bytes sent; full only when it is over.
  const percent = Math.min(99, Math.max(progress, entry.progress))
  return (
    <div className={classes.status}>
      <StatusChip status={shown} />
      {moving && (
        <span className={classes.progress}>
          <ProgressTrack
            label={words.progressOf(entry.name)}
            value={percent}
            tone={shown === 'uploading' ? 'uploading' : 'processing'}
          />
          {shown === 'processing' && <span className={classes.percent}>{formatPercent(percent)}</span>}
        </span>
      )}
      {shown === 'error' && entry.error && (
        <span className={classes.reason}>{wordsFor(entry.error.code, entry.error.message)}</span>
      )}
      {shown === 'done' && entry.reject_count > 0 && (
        <span className={classes.hint}>{words.rejected(entry.reject_count)}</span>
      )}
    </div>
  )
}
