import { lazy, Suspense } from 'react'
import { FilesPage } from '../features/files/FilesPage'
import { useRequestDialog } from '../features/files/useRequestDialog'
import { FetchButton } from '../features/uploads/adding/FetchButton'
import { PickButtons } from '../features/uploads/adding/PickButtons'
import { selectCancellingFileIds, selectLeftOver } from '../features/uploads/uploadsSlice'
import { useAppSelector } from '../store/hooks'

/** Comes with the first upload that an earlier visit has left over. */
const RecoveryCard = lazy(() => import('../features/uploads/recovery/RecoveryCard'))

/** The home page: where the table of files and the ways to upload meet. */
export const FilesRoute = () => {
  const cancelling = useAppSelector(selectCancellingFileIds)
  const isLeftOver = useAppSelector((state) => selectLeftOver(state).length > 0)
  const { button, dialog } = useRequestDialog()
  const pickers = (
    <>
      <PickButtons />
      <FetchButton />
      {button}
    </>
  )
  const notice = isLeftOver && (
    <Suspense>
      <RecoveryCard />
    </Suspense>
  )
  return (
    <>
      <FilesPage pickers={pickers} notice={notice} hiddenIds={cancelling} />
      {dialog}
    </>
  )
}
