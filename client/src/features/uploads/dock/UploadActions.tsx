import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { ArrowUpToLine, Pause, Play, RotateCw, X } from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { useText } from '../../../i18n/language'
import { useAppDispatch } from '../../../store/hooks'
import { sendUpload } from '../commands'
import type { UploadRow } from '../types'
import classes from './UploadActions.module.css'

type Act = 'pause' | 'resume' | 'cancel' | 'remove' | 'retry' | 'retryNow' | 'prioritize'

const LOOK: Record<Act, ReactNode> = {
  pause: <Pause size={16} aria-hidden />,
  resume: <Play size={16} aria-hidden />,
  cancel: <X size={16} aria-hidden />,
  remove: <X size={16} aria-hidden />,
  retry: <RotateCw size={16} aria-hidden />,
  retryNow: <RotateCw size={16} aria-hidden />,
  prioritize: <ArrowUpToLine size={16} aria-hidden />,
}

const ACTS: Partial<Record<UploadRow['phase'], Act[]>> = {
  uploading: ['pause', 'cancel'],
  waiting: ['pause', 'cancel'],
  retrying: ['retryNow', 'pause', 'cancel'],
  queued: ['prioritize', 'pause', 'cancel'],
  paused: ['resume', 'cancel'],
  failed: ['retry', 'remove'],
}

/** Asking again does not make a file smaller or of another kind; but there can be room by then. */
const FINAL = new Set([413, 415, 422])
const isFinal = (problem: UploadRow['problem']): boolean =>
  problem !== null && FINAL.has(problem.status) && problem.code !== 'quota_exceeded'
const actsFor = ({ phase, problem }: UploadRow): Act[] =>
  (ACTS[phase] ?? []).filter((act) => act !== 'retry' || !isFinal(problem))

/** A pressed button goes with its phase; who uses the keyboard finds the focus on the one that came instead. */
const useKeptFocus = (phase: UploadRow['phase']) => {
  const buttons = useRef<HTMLSpanElement>(null)
  const pressed = useRef(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new phase has new buttons
  useEffect(() => {
    const lost = document.activeElement === null || document.activeElement === document.body
    if (pressed.current && lost) buttons.current?.querySelector('button')?.focus()
    pressed.current = false
  }, [phase])
  return {
    buttons,
    press: () => {
      pressed.current = true
    },
  }
}

/** The buttons that make sense in this phase, each named with its file. */
export const UploadActions = ({ row }: { row: UploadRow }) => {
  const words = useText()
  const dispatch = useAppDispatch()
  const { buttons, press } = useKeptFocus(row.phase)
  const act = (type: Act | 'undoCancel') => {
    press()
    dispatch(sendUpload({ type: type === 'remove' ? 'cancel' : type, id: row.id }))
  }
  return (
    <span ref={buttons} className={classes.actions}>
      {row.phase === 'cancelling' && (
        <Button
          size="compact-sm"
          variant="light"
          aria-label={words.uploads.undoCancel(row.name)}
          onClick={() => act('undoCancel')}
        >
          {words.shared.undo}
        </Button>
      )}
      {actsFor(row).map((type) => (
        <Tooltip key={type} label={words.uploads.acts[type]} openDelay={400}>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={words.uploads.act(words.uploads.acts[type], row.name)}
            onClick={() => act(type)}
          >
            {LOOK[type]}
          </ActionIcon>
        </Tooltip>
      ))}
    </span>
  )
}
