import { Skeleton } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { useParams } from 'react-router'
import { FileDetailPage } from '../features/files/FileDetailPage'

/** Tables have much code of their own; it comes with the first table that is opened. */
const DatasetPanel = lazy(() => import('../features/datasets/DatasetPanel'))

/** One file, and the table that it became. */
export const FileWithTable = ({ id }: { id: string }) => (
  <FileDetailPage
    id={id}
    showTable={({ id, name, reject_count, row_count, dataset_id, warnings, role }, onCheck) => (
      <Suspense fallback={<Skeleton height={420} aria-busy="true" />}>
        <DatasetPanel
          id={id}
          name={name}
          rejectCount={reject_count}
          warnings={warnings}
          role={role}
          onCheck={onCheck}
          isTable={dataset_id === id && row_count !== null}
        />
      </Suspense>
    )}
  />
)

const FileRoute = () => {
  const { id } = useParams()
  return id !== undefined && <FileWithTable id={id} />
}

export default FileRoute
