import { CircleAlert, CircleCheck, Cog, Upload } from 'lucide-react'
import type { FileStatus } from '../api/types'
import { useText } from '../i18n/language'
import classes from './StatusChip.module.css'

const LOOK = {
  uploading: Upload,
  processing: Cog,
  done: CircleCheck,
  error: CircleAlert,
} as const

/** A status is always an icon and a word, never a colour alone. */
export const StatusChip = ({ status }: { status: FileStatus }) => {
  const words = useText().shared.status
  const Icon = LOOK[status]
  return (
    <span className={classes.chip} data-status={status}>
      <Icon size={13} strokeWidth={2.25} aria-hidden className={classes.icon} />
      {words[status]}
    </span>
  )
}
