import { Button } from '@mantine/core'
import { useRef } from 'react'
import { useAppDispatch, useAppSelector } from '../../app/hooks'
import { percentOf } from '../../shared/format'
import { ProgressTrack } from '../../shared/ProgressTrack'
import { sendUpload } from './commands'
import classes from './RecoveryCard.module.css'
import { UploadStateLine } from './UploadStateLine'
import { selectUpload } from './uploadsSlice'

/** A large file's bytes are not kept by the browser; its owner points at it once more. */
export const RecoveryItem = ({ id }: { id: string }) => {
  const dispatch = useAppDispatch()
  const row = useAppSelector((state) => selectUpload(state, id))
  const input = useRef<HTMLInputElement>(null)
  if (!row) return null
  const reselect = (file: File | undefined) => {
    if (file) dispatch(sendUpload({ type: 'reselect', id, file }))
    if (input.current) input.current.value = ''
  }
  return (
    <li className={classes.item}>
      <div className={classes.what}>
        <span className={classes.name}>{row.name}</span>
        <span className={classes.state}>
          <UploadStateLine row={row} />
        </span>
        <ProgressTrack label={`Upload of ${row.name}`} value={percentOf(row.sent, row.size)} tone="quiet" />
      </div>
      {row.phase === 'needs-file' && (
        <>
          <Button
            size="xs"
            variant="light"
            aria-label={`Choose ${row.name} again`}
            onClick={() => input.current?.click()}
          >
            Choose file
          </Button>
          <input
            ref={input}
            type="file"
            hidden
            aria-label={`The file ${row.name}`}
            data-testid="reselect-input"
            onChange={(event) => reselect(event.currentTarget.files?.[0])}
          />
        </>
      )}
    </li>
  )
}
