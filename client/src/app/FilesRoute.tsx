import { FilesPage } from '../features/files/FilesPage'
import { PickButtons } from '../features/uploads/adding/PickButtons'
import { RecoveryCard } from '../features/uploads/recovery/RecoveryCard'
import { selectCancellingFileIds } from '../features/uploads/uploadsSlice'
import { useAppSelector } from '../store/hooks'

/** The home page: where the table of files and the ways to upload meet. */
export const FilesRoute = () => {
  const cancelling = useAppSelector(selectCancellingFileIds)
  return <FilesPage pickers={<PickButtons />} notice={<RecoveryCard />} hiddenIds={cancelling} />
}
