import { Button } from '@mantine/core'
import { History } from 'lucide-react'
import { useText } from '../../../i18n/language'
import { useAppDispatch, useAppSelector } from '../../../store/hooks'
import { sendUpload } from '../commands'
import { selectLeftOver } from '../uploadsSlice'
import { discardLeftOver } from './discardLeftOver'
import classes from './RecoveryCard.module.css'
import { RecoveryItem } from './RecoveryItem'
import { useReopen } from './useReopen'

/** More are counted, not listed: thousands of rows help nobody. */
const SHOWN_MAX = 50

/** After a reload or a crash: what was not finished, and the three ways on. */
const RecoveryCard = () => {
  const words = useText().uploads.recovery
  const dispatch = useAppDispatch()
  const reopen = useReopen()
  const rows = useAppSelector(selectLeftOver)
  if (rows.length === 0) return null
  const remembered = rows.filter((row) => row.remembered && row.phase === 'needs-file')
  const ready = rows.some(({ phase }) => phase === 'interrupted')
  const resumeAll = () => {
    dispatch(sendUpload({ type: 'recoverAll' }))
    for (const row of remembered) void reopen(row)
  }
  return (
    <section className={classes.card} aria-labelledby="recovery-title">
      <div className={classes.head}>
        <History size={20} aria-hidden className={classes.icon} />
        <div className={classes.words}>
          <h2 id="recovery-title">{words.title(rows.length)}</h2>
          <p>{words.words}</p>
        </div>
        <div className={classes.buttons}>
          <Button size="xs" variant="default" onClick={() => void dispatch(discardLeftOver(rows))}>
            {words.discard}
          </Button>
          {(ready || remembered.length > 0) && (
            <Button size="xs" onClick={resumeAll}>
              {words.resumeAll}
            </Button>
          )}
        </div>
      </div>
      <ul className={classes.list}>
        {rows.slice(0, SHOWN_MAX).map(({ id }) => (
          <RecoveryItem key={id} id={id} />
        ))}
        {rows.length > SHOWN_MAX && <li className={classes.more}>{words.more(rows.length - SHOWN_MAX)}</li>}
      </ul>
    </section>
  )
}

export default RecoveryCard
