import { Button } from '@mantine/core'
import { useRef } from 'react'
import { useText } from '../../../i18n/language'
import { percentOf } from '../../../shared/format'
import { Name } from '../../../shared/Name'
import { ProgressTrack } from '../../../shared/ProgressTrack'
import { useAppDispatch, useAppSelector } from '../../../store/hooks'
import { sendUpload } from '../commands'
import type { UploadRow } from '../types'
import { UploadStateLine } from '../UploadStateLine'
import { selectUpload } from '../uploadsSlice'
import classes from './RecoveryItem.module.css'
import { useReopen } from './useReopen'

const ChooseAgain = ({ row: { id, name } }: { row: UploadRow }) => {
  const words = useText().uploads.recovery
  const dispatch = useAppDispatch()
  const input = useRef<HTMLInputElement>(null)
  const chosen = (file: File | undefined) => {
    if (file) dispatch(sendUpload({ type: 'reselect', id, file }))
    if (input.current) input.current.value = ''
  }
  return (
    <>
      <Button
        size="xs"
        variant="light"
        aria-label={words.chooseOf(name)}
        onClick={() => input.current?.click()}
      >
        {words.choose}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={words.theFile(name)}
        data-testid="reselect-input"
        onChange={(event) => chosen(event.currentTarget.files?.[0])}
      />
    </>
  )
}

/** A large file's bytes are not kept by the browser: it is opened again, or its owner points at it once more. */
export const RecoveryItem = ({ id }: { id: string }) => {
  const words = useText().uploads
  const row = useAppSelector((state) => selectUpload(state, id))
  const reopen = useReopen()
  if (!row) return null
  return (
    <li className={classes.item}>
      <div className={classes.what}>
        <span className={classes.name}>
          <Name>{row.name}</Name>
        </span>
        <span className={classes.state}>
          <UploadStateLine row={row} />
        </span>
        <ProgressTrack label={words.uploadOf(row.name)} value={percentOf(row.sent, row.size)} tone="quiet" />
      </div>
      {row.phase === 'needs-file' && row.remembered && (
        <Button size="xs" aria-label={words.recovery.resumeOf(row.name)} onClick={() => void reopen(row)}>
          {words.acts.resume}
        </Button>
      )}
      {row.phase === 'needs-file' && <ChooseAgain row={row} />}
    </li>
  )
}
