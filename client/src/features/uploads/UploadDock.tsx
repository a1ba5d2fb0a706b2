import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { ChevronDown, ChevronUp } from 'lucide-react'
import { useAppDispatch, useAppSelector } from '../../app/hooks'
import { formatSpeed, formatTimeLeft, percentOf, plural } from '../../shared/format'
import { sendUpload } from './commands'
import classes from './UploadDock.module.css'
import { UploadList } from './UploadList'
import {
  dockToggled,
  finishedCleared,
  selectDockIds,
  selectDockOpen,
  selectTotals,
  type UploadTotals,
} from './uploadsSlice'

const headline = ({ moving, paused, failed, files }: UploadTotals): string => {
  if (moving > 0) return `Uploading ${plural(moving, 'file')}`
  if (paused > 0) return `${plural(paused, 'upload')} paused`
  if (failed > 0) return `${plural(failed, 'upload')} failed`
  return `${plural(files, 'file')} uploaded`
}

const summary = (totals: UploadTotals): string => {
  if (totals.moving === 0) return ''
  const parts = [`${percentOf(totals.sent, totals.size)}%`]
  if (totals.speed > 0) parts.push(formatSpeed(totals.speed), formatTimeLeft(totals.eta))
  return parts.join(' · ')
}

const DockTools = ({ totals }: { totals: UploadTotals }) => {
  const dispatch = useAppDispatch()
  return (
    <div className={classes.tools}>
      {totals.moving > 0 && (
        <Button size="compact-sm" variant="subtle" onClick={() => dispatch(sendUpload({ type: 'pauseAll' }))}>
          Pause all
        </Button>
      )}
      {totals.paused > 0 && (
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => dispatch(sendUpload({ type: 'resumeAll' }))}
        >
          Resume all
        </Button>
      )}
      {totals.finished > 0 && (
        <Button
          size="compact-sm"
          variant="subtle"
          c="dimmed"
          color="gray"
          onClick={() => dispatch(finishedCleared())}
        >
          Clear finished
        </Button>
      )}
    </div>
  )
}

/** The floating panel of uploads; stays over every page, folds to its headline. */
export const UploadDock = () => {
  const dispatch = useAppDispatch()
  const ids = useAppSelector(selectDockIds)
  const open = useAppSelector(selectDockOpen)
  const totals = useAppSelector(selectTotals)
  if (ids.length === 0) return null
  const Chevron = open ? ChevronDown : ChevronUp
  const fold = open ? 'Fold uploads' : 'Show uploads'
  return (
    <aside className={classes.dock} aria-label="Uploads" data-open={open}>
      <header className={classes.head}>
        <div className={classes.headline}>
          <h2>{headline(totals)}</h2>
          <span className={classes.summary}>{summary(totals)}</span>
        </div>
        <Tooltip label={fold} openDelay={400}>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={fold}
            aria-expanded={open}
            onClick={() => dispatch(dockToggled(!open))}
          >
            <Chevron size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </header>
      {open && (
        <>
          <DockTools totals={totals} />
          <UploadList ids={ids} />
        </>
      )}
    </aside>
  )
}
