import { TriangleAlert } from 'lucide-react'
import { Link } from 'react-router'
import { selectLive } from '../../api/live'
import { wordsFor } from '../../api/problem'
import type { FileEntry } from '../../api/types'
import { StatusChip } from '../../display/StatusChip'
import { useShownStatus } from '../../display/useShownStatus'
import { useText } from '../../i18n/language'
import { formatPercent, percentOf } from '../../shared/format'
import { ProgressTrack } from '../../shared/ProgressTrack'
import { useAppSelector } from '../../store/hooks'
import classes from './StatusCell.module.css'
import { useStalled } from './useStalled'

/** Status chip, with progress while it moves and the reason when it failed. */
export const StatusCell = ({ entry }: { entry: FileEntry }) => {
  const words = useText().files
  const shown = useShownStatus(entry.id, 'table') ?? entry.status
  const progress = useAppSelector((state) => selectLive(state, entry.id)?.progress ?? 0)
  const stalled = useStalled(entry) && shown === 'uploading'
  const sent = percentOf(entry.offset, entry.size)
  const moving = shown === 'uploading' || shown === 'processing'
  // Over upload and reading together, so it is not the share of bytes sent; full only when it is over.
  const percent = Math.min(99, Math.max(progress, entry.progress))
  return (
    <div className={classes.status}>
      <StatusChip status={shown} still={stalled} />
      {stalled && <span className={classes.hint}>{words.stalled(formatPercent(sent))}</span>}
      {moving && !stalled && (
        <span className={classes.progress}>
          <ProgressTrack
            label={words.progressOf(entry.name)}
            value={percent}
            tone={shown === 'uploading' ? 'uploading' : 'processing'}
          />
          {shown === 'processing' && <span className={classes.percent}>{formatPercent(percent)}</span>}
        </span>
      )}
      {shown === 'processing' && (entry.ahead ?? 0) > 0 && (
        <span className={classes.hint}>{words.ahead(entry.ahead ?? 0)}</span>
      )}
      {shown === 'error' && entry.error && (
        <span className={classes.reason}>{wordsFor(entry.error.code, entry.error.message)}</span>
      )}
      {shown === 'done' && entry.reject_count > 0 && (
        <span className={classes.hint}>{words.rejected(entry.reject_count)}</span>
      )}
      {shown === 'done' && entry.warnings.length > 0 && (
        <Link
          className={classes.warning}
          to={`/files/${entry.id}?tab=rejects`}
          title={entry.warnings.map(({ text }) => text).join('\n')}
        >
          <TriangleAlert size={12} aria-hidden /> {words.warned(entry.warnings.length)}
        </Link>
      )}
    </div>
  )
}
