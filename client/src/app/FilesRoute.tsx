import { FilesPage } from '../features/files/FilesPage'
import { useRequestDialog } from '../features/files/useRequestDialog'
import { PickButtons } from '../features/uploads/adding/PickButtons'
import { RecoveryCard } from '../features/uploads/recovery/RecoveryCard'
import { selectCancellingFileIds } from '../features/uploads/uploadsSlice'
import { useAppSelector } from '../store/hooks'

/** The home page: where the table of files and the ways to upload meet. */
export const FilesRoute = () => {
  const cancelling = useAppSelector(selectCancellingFileIds)
  const { button, dialog } = useRequestDialog()
  const pickers = (
    <>
      <PickButtons />
      {button}
    </>
  )
  return (
    <>
      <FilesPage pickers={pickers} notice={<RecoveryCard />} hiddenIds={cancelling} />
      {dialog}
    </>
  )
}
