import { Alert, Button } from '@mantine/core'
import { CircleAlert, SearchX, UploadCloud } from 'lucide-react'
import type { ReactNode } from 'react'
import { detailOf } from '../../api/problem'
import { plural } from '../../shared/format'
import classes from './FilesPage.module.css'
import { FilesTable } from './FilesTable'
import { FilesToolbar } from './FilesToolbar'
import { Pager } from './Pager'
import { useFilesPage } from './useFilesPage'
import { useFilesView } from './useFilesView'

const Empty = ({ pickers }: { pickers: ReactNode }) => (
  <div className={classes.empty}>
    <UploadCloud size={44} strokeWidth={1.25} aria-hidden />
    <h2>Drop CSV files here</h2>
    <p>
      They become tables you can page through. Any other file is kept as it is. Uploads of any size go on
      where they stopped, even after a lost connection or a closed tab.
    </p>
    <div className={classes.pickers}>{pickers}</div>
  </div>
)

const NoMatch = ({ onClear }: { onClear: () => void }) => (
  <div className={classes.empty}>
    <SearchX size={36} strokeWidth={1.25} aria-hidden />
    <h2>No file matches</h2>
    <p>Nothing here has that name and status.</p>
    <Button variant="default" onClick={onClear}>
      Show all files
    </Button>
  </div>
)

type Props = {
  /** Buttons that start an upload; the page does not know how that works. */
  pickers: ReactNode
  /** What stands above the table, such as uploads left over from an earlier visit. */
  notice: ReactNode
  /** Files that are being taken away elsewhere on the page. */
  hiddenIds: string[]
}

export const FilesPage = ({ pickers, notice, hiddenIds }: Props) => {
  const { view, change } = useFilesView()
  const page = useFilesPage(view, hiddenIds)
  const filtered = view.q !== '' || view.status !== ''
  const bare = !page.loading && page.entries.length === 0 && view.page === 1
  return (
    <>
      <div className={classes.title}>
        <h1>Files</h1>
        <span className={classes.count}>{page.loading ? '' : plural(page.total, 'file')}</span>
        {!(bare && !filtered) && <div className={classes.pickers}>{pickers}</div>}
      </div>
      {notice}
      {page.error ? (
        <Alert color="red" icon={<CircleAlert size={18} />} title="The files could not be loaded">
          {detailOf(page.error)}{' '}
          <Button size="compact-sm" variant="default" onClick={() => page.retry()}>
            Try again
          </Button>
        </Alert>
      ) : bare && !filtered ? (
        <Empty pickers={pickers} />
      ) : (
        <>
          <FilesToolbar />
          {bare ? <NoMatch onClear={() => change({ q: '', status: '' })} /> : <FilesTable {...page} />}
          {!bare && !page.loading && <Pager total={page.total} hasNext={page.hasNext} />}
        </>
      )}
    </>
  )
}
