import { CircleAlert, CircleCheck, Cog, PauseCircle, Upload } from 'lucide-react'
import type { FileStatus } from '../api/types'
import { useText } from '../i18n/language'
import classes from './StatusChip.module.css'

const LOOK = {
  uploading: Upload,
  processing: Cog,
  done: CircleCheck,
  error: CircleAlert,
} as const

type Props = {
  status: FileStatus
  /** Nothing comes any more, although it is not finished. */
  still?: boolean
}

/** A status is always an icon and a word, never a colour alone. */
export const StatusChip = ({ status, still = false }: Props) => {
  const words = useText().shared.status
  const Icon = still ? PauseCircle : LOOK[status]
  return (
    <span className={classes.chip} data-status={still ? 'still' : status}>
      <Icon size={13} strokeWidth={2.25} aria-hidden className={classes.icon} />
      {words[still ? 'still' : status]}
    </span>
  )
}
