import { selectLive } from '../../api/live'
import type { FileDetail, FileStatus } from '../../api/types'
import { useAppSelector } from '../../app/hooks'
import { formatBytes, formatCount } from '../../shared/format'
import { ProgressTrack } from '../../shared/ProgressTrack'
import classes from './FileDetail.module.css'

type Props = { file: FileDetail; status: Extract<FileStatus, 'uploading' | 'processing'> }

/** How far a file is that has not become a table yet. */
export const FileProgressPanel = ({ file, status }: Props) => {
  const live = useAppSelector((state) => selectLive(state, file.id))
  const percent = Math.min(99, Math.max(live?.progress ?? 0, file.progress))
  const stored = Math.max(live?.stored ?? 0, file.offset)
  const rows = live?.rows ?? 0
  return (
    <section className={classes.progress} aria-label="Progress">
      <div className={classes.progressLine}>
        <span>
          {status === 'uploading'
            ? `${formatBytes(stored)} of ${formatBytes(file.size)} on the server`
            : rows > 0
              ? `Reading rows: ${formatCount(rows)}`
              : 'Reading the file'}
        </span>
        <span>{Math.floor(percent)}%</span>
      </div>
      <ProgressTrack label={`Progress of ${file.name}`} value={percent} tone={status} />
      <p className={classes.note}>The first rows appear here as soon as they are ready.</p>
    </section>
  )
}
