import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { ChevronDown, ChevronUp } from 'lucide-react'
import { lazy, Suspense } from 'react'
import type { Messages } from '../../../i18n/en'
import { useText } from '../../../i18n/language'
import { formatPercent, formatSpeed, formatTimeLeft, percentOf } from '../../../shared/format'
import { useAppDispatch, useAppSelector } from '../../../store/hooks'
import { sendUpload } from '../commands'
import { dockToggled, selectDockIds, selectDockOpen, selectTotals, type UploadTotals } from '../uploadsSlice'
import classes from './UploadDock.module.css'
import { UploadList } from './UploadList'
import { useRest } from './useAutoClear'

/** Asking about more files than these would hold up a whole folder. */
const ASKED_MAX = 20
const SameNameWork = lazy(() => import('./SameNameWork'))

const headline = (
  { moving, paused, failed, files }: UploadTotals,
  words: Messages['uploads']['headline'],
): string => {
  if (files === 0) return words.cancelled
  if (moving > 0) return words.moving(moving)
  if (paused > 0) return words.paused(paused)
  return failed > 0 ? words.failed(failed) : words.done(files)
}

const summary = (totals: UploadTotals): string => {
  if (totals.moving === 0) return ''
  const parts = [formatPercent(percentOf(totals.sent, totals.size))]
  if (totals.speed > 0) parts.push(formatSpeed(totals.speed), formatTimeLeft(totals.eta))
  return parts.join(' · ')
}

const DockTools = ({ totals }: { totals: UploadTotals }) => {
  const words = useText().uploads
  const dispatch = useAppDispatch()
  return (
    <div className={classes.tools}>
      {totals.moving > 0 && (
        <Button size="compact-sm" variant="subtle" onClick={() => dispatch(sendUpload({ type: 'pauseAll' }))}>
          {words.pauseAll}
        </Button>
      )}
      {totals.paused > 0 && (
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => dispatch(sendUpload({ type: 'resumeAll' }))}
        >
          {words.resumeAll}
        </Button>
      )}
      {totals.failed > 0 && (
        <Button
          size="compact-sm"
          variant="subtle"
          c="dimmed"
          color="gray"
          onClick={() => dispatch(sendUpload({ type: 'clearFailed' }))}
        >
          {words.clearFailed}
        </Button>
      )}
      {totals.finished > 0 && (
        <Button
          size="compact-sm"
          variant="subtle"
          c="dimmed"
          color="gray"
          onClick={() => dispatch(sendUpload({ type: 'clearFinished' }))}
        >
          {words.clear}
        </Button>
      )}
    </div>
  )
}

/** The floating panel of uploads; stays over every page, folds to its headline. `byLink`: tables are not asked about. */
export const UploadDock = ({ byLink = false }: { byLink?: boolean }) => {
  const dispatch = useAppDispatch()
  const words = useText().uploads
  const ids = useAppSelector(selectDockIds)
  const open = useAppSelector(selectDockOpen)
  const totals = useAppSelector(selectTotals)
  const rest = useRest(ids)
  if (ids.length === 0) return null
  const Chevron = open ? ChevronDown : ChevronUp
  const fold = open ? words.fold : words.unfold
  return (
    <aside
      className={classes.dock}
      aria-label={words.dock}
      data-dock={open ? 'open' : 'folded'}
      data-open={open}
      {...rest}
    >
      <header className={classes.head}>
        <div className={classes.headline}>
          <h2>{headline(totals, words.headline)}</h2>
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
      {!byLink && ids.length <= ASKED_MAX && (
        <Suspense>
          <SameNameWork ids={ids} />
        </Suspense>
      )}
      {open && (
        <>
          <DockTools totals={totals} />
          <UploadList ids={ids} />
        </>
      )}
    </aside>
  )
}
