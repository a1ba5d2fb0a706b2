import classes from './ProgressTrack.module.css'

type Props = {
  label: string
  /** Percent, 0 to 100. */
  value: number
  /** Percent that the server has stored for good; drawn solid under what was only sent. */
  stored?: number
  tone?: 'uploading' | 'processing' | 'done' | 'error' | 'quiet'
}

/** One bar, two tracks: what was sent, and what is already safe. */
export const ProgressTrack = ({ label, value, stored = value, tone = 'uploading' }: Props) => (
  <div
    className={classes.track}
    role="progressbar"
    aria-label={label}
    aria-valuemin={0}
    aria-valuemax={100}
    aria-valuenow={Math.floor(value)}
    data-tone={tone}
  >
    <div className={classes.sent} style={{ transform: `scaleX(${value / 100})` }} />
    <div className={classes.stored} style={{ transform: `scaleX(${Math.min(stored, value) / 100})` }} />
  </div>
)
