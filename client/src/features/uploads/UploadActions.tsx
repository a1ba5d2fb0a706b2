import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { ArrowUpToLine, Pause, Play, RotateCw, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useAppDispatch } from '../../app/hooks'
import { sendUpload } from './commands'
import type { UploadRow } from './types'

type Act = 'pause' | 'resume' | 'cancel' | 'remove' | 'retry' | 'retryNow' | 'first'

const LOOK: Record<Act, { word: string; icon: ReactNode }> = {
  pause: { word: 'Pause', icon: <Pause size={16} aria-hidden /> },
  resume: { word: 'Resume', icon: <Play size={16} aria-hidden /> },
  cancel: { word: 'Cancel', icon: <X size={16} aria-hidden /> },
  remove: { word: 'Remove', icon: <X size={16} aria-hidden /> },
  retry: { word: 'Retry', icon: <RotateCw size={16} aria-hidden /> },
  retryNow: { word: 'Retry now', icon: <RotateCw size={16} aria-hidden /> },
  first: { word: 'Upload next', icon: <ArrowUpToLine size={16} aria-hidden /> },
}

const ACTS: Partial<Record<UploadRow['phase'], Act[]>> = {
  uploading: ['pause', 'cancel'],
  waiting: ['pause', 'cancel'],
  retrying: ['retryNow', 'pause', 'cancel'],
  queued: ['first', 'pause', 'cancel'],
  paused: ['resume', 'cancel'],
  failed: ['retry', 'remove'],
}

/** Asking again does not make a file smaller or of another kind. */
const FINAL = new Set([413, 415, 422])
const actsFor = ({ phase, problem }: UploadRow): Act[] =>
  (ACTS[phase] ?? []).filter((act) => act !== 'retry' || !FINAL.has(problem?.status ?? 0))

/** The buttons that make sense in this phase, each named with its file. */
export const UploadActions = ({ row }: { row: UploadRow }) => {
  const dispatch = useAppDispatch()
  if (row.phase === 'cancelling')
    return (
      <Button
        size="compact-sm"
        variant="light"
        aria-label={`Undo cancelling ${row.name}`}
        onClick={() => dispatch(sendUpload({ type: 'undoCancel', id: row.id }))}
      >
        Undo
      </Button>
    )
  return actsFor(row).map((type) => (
    <Tooltip key={type} label={LOOK[type].word} openDelay={400}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={`${LOOK[type].word} ${row.name}`}
        onClick={() => dispatch(sendUpload({ type: type === 'remove' ? 'cancel' : type, id: row.id }))}
      >
        {LOOK[type].icon}
      </ActionIcon>
    </Tooltip>
  ))
}
