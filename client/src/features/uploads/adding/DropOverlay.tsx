import { TableProperties, Upload } from 'lucide-react'
import { useText } from '../../../i18n/language'
import classes from './DropOverlay.module.css'
import { usePageDrop } from './usePageDrop'

/** The whole page is a drop target; over a table the rows go into that one. Files can be pasted too. */
export const DropOverlay = () => {
  const words = useText().uploads.drop
  const over = usePageDrop()
  if (over === null) return null
  const Icon = over.table ? TableProperties : Upload
  return (
    <div
      className={classes.overlay}
      data-testid="drop-overlay"
      data-append={over.table !== null || undefined}
      role="status"
    >
      <div className={classes.frame}>
        <Icon size={40} strokeWidth={1.5} aria-hidden />
        <p className={classes.title}>{over.table ? words.append(over.table.name) : words.title}</p>
        <p className={classes.note}>{over.table ? words.appendWords : words.words}</p>
      </div>
    </div>
  )
}
