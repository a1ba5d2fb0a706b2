import { CircleAlert, CircleCheck, Cog, Upload } from 'lucide-react'
import type { FileStatus } from '../api/types'
import classes from './StatusChip.module.css'

const LOOK = {
  uploading: { word: 'Uploading', Icon: Upload },
  processing: { word: 'Processing', Icon: Cog },
  done: { word: 'Done', Icon: CircleCheck },
  error: { word: 'Error', Icon: CircleAlert },
} as const

/** A status is always an icon and a word, never a colour alone. */
export const StatusChip = ({ status }: { status: FileStatus }) => {
  const { word, Icon } = LOOK[status]
  return (
    <span className={classes.chip} data-status={status}>
      <Icon size={13} strokeWidth={2.25} aria-hidden className={classes.icon} />
      {word}
    </span>
  )
}
