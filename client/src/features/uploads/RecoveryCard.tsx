import { Button } from '@mantine/core'
import { History } from 'lucide-react'
import { useAppDispatch, useAppSelector } from '../../app/hooks'
import { plural } from '../../shared/format'
import { sendUpload } from './commands'
import classes from './RecoveryCard.module.css'
import { RecoveryItem } from './RecoveryItem'
import { selectLeftOver } from './uploadsSlice'

/** After a reload or a crash: what was not finished, and the three ways on. */
export const RecoveryCard = () => {
  const dispatch = useAppDispatch()
  const rows = useAppSelector(selectLeftOver)
  if (rows.length === 0) return null
  const ready = rows.filter(({ phase }) => phase === 'interrupted').length
  return (
    <section className={classes.card} aria-labelledby="recovery-title">
      <div className={classes.head}>
        <History size={20} aria-hidden className={classes.icon} />
        <div className={classes.words}>
          <h2 id="recovery-title">{plural(rows.length, 'upload')} can go on</h2>
          <p>What was already sent is safe on the server.</p>
        </div>
        <div className={classes.buttons}>
          <Button size="xs" variant="default" onClick={() => dispatch(sendUpload({ type: 'discardAll' }))}>
            Discard
          </Button>
          {ready > 0 && (
            <Button size="xs" onClick={() => dispatch(sendUpload({ type: 'recoverAll' }))}>
              Resume all
            </Button>
          )}
        </div>
      </div>
      <ul className={classes.list}>
        {rows.map(({ id }) => (
          <RecoveryItem key={id} id={id} />
        ))}
      </ul>
    </section>
  )
}
