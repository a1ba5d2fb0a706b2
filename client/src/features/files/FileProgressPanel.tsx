import { selectLive } from '../../api/live'
import type { FileDetail, FileStatus } from '../../api/types'
import { useText } from '../../i18n/language'
import { formatBytes, formatCount, formatPercent } from '../../shared/format'
import { ProgressTrack } from '../../shared/ProgressTrack'
import { useAppSelector } from '../../store/hooks'
import classes from './FileProgressPanel.module.css'
import { useStalled } from './useStalled'

type Props = { file: FileDetail; status: Extract<FileStatus, 'uploading' | 'processing'> }

/** How far a file is that has not become a table yet. */
export const FileProgressPanel = ({ file, status }: Props) => {
  const words = useText().files
  const live = useAppSelector((state) => selectLive(state, file.id))
  const percent = Math.min(99, Math.max(live?.progress ?? 0, file.progress))
  const stored = Math.max(live?.stored ?? 0, file.offset)
  const rows = live?.rows ?? 0
  const stalled = useStalled(file) && status === 'uploading'
  return (
    <section className={classes.progress} aria-label={words.progress.label}>
      <div className={classes.line}>
        <span>
          {status === 'uploading'
            ? words.progress.onServer(formatBytes(stored), formatBytes(file.size))
            : rows > 0
              ? words.progress.rows(formatCount(rows))
              : (file.ahead ?? 0) > 0
                ? words.ahead(file.ahead ?? 0)
                : words.progress.reading}
        </span>
        <span>{formatPercent(percent)}</span>
      </div>
      <ProgressTrack label={words.progressOf(file.name)} value={percent} tone={stalled ? 'quiet' : status} />
      <p className={classes.note}>{stalled ? words.progress.stalled : words.progress.soon}</p>
    </section>
  )
}
