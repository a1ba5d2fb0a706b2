import { Button, Modal } from '@mantine/core'
import { useNavigate } from 'react-router'
import { useText } from '../../../i18n/language'
import { formatTime } from '../../../shared/format'
import { useAppDispatch, useAppSelector } from '../../../store/hooks'
import { addFiles } from '../commands'
import type { PickedFile } from '../types'
import classes from './DuplicateDialog.module.css'
import { type Duplicate, duplicateAnswered, selectDuplicates } from './duplicatesSlice'
import { takeHeld } from './offerFiles'

/** The chosen file is on the server already, byte for byte: what now? One file after the other. */
const DuplicateDialog = () => {
  const words = useText()
  const dispatch = useAppDispatch()
  const navigate = useNavigate()
  const [twin] = useAppSelector(selectDuplicates)
  if (!twin) return null
  const { name, fileId, datasetId, uploadedAt, target }: Duplicate = twin
  const table = target ?? (datasetId === null ? null : { id: datasetId, name })
  const answer = (change?: (picked: PickedFile) => PickedFile) => {
    const picked = takeHeld(twin.key)
    dispatch(duplicateAnswered(twin.key))
    if (picked && change) dispatch(addFiles([change(picked)]))
  }
  const { duplicate } = words.uploads
  return (
    <Modal
      opened
      onClose={() => answer()}
      title={duplicate.title}
      centered
      closeButtonProps={{ 'aria-label': duplicate.skip }}
    >
      <p className={classes.twin}>
        {target ? duplicate.inTable(name, target.name) : duplicate.words(name, formatTime(uploadedAt))}
      </p>
      {table && <p className={classes.twin}>{duplicate.twice(table.name)}</p>}
      <div className={classes.choices}>
        <Button
          data-autofocus
          onClick={() => {
            answer()
            void navigate(`/files/${fileId}`)
          }}
        >
          {duplicate.open}
        </Button>
        {!target && (
          <Button variant="default" onClick={() => answer((picked) => picked)}>
            {duplicate.again}
          </Button>
        )}
        {table && (
          <Button
            variant="default"
            onClick={() => answer((picked) => ({ ...picked, dataset: table, again: true }))}
          >
            {duplicate.append}
          </Button>
        )}
      </div>
    </Modal>
  )
}

export default DuplicateDialog
