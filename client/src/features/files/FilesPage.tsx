import { Button } from '@mantine/core'
import { SearchX, UploadCloud } from 'lucide-react'
import type { ReactNode } from 'react'
import { NotLoaded } from '../../display/NotLoaded'
import { useText } from '../../i18n/language'
import { PageTitle } from '../../shared/PageTitle'
import classes from './FilesPage.module.css'
import { FilesPager } from './FilesPager'
import { FilesTable } from './FilesTable'
import { FilesToolbar } from './FilesToolbar'
import { isFiltered, NO_FILTER } from './filesUrl'
import { SelectionBar } from './SelectionBar'
import { StuckNotice } from './StuckNotice'
import { useFilesPage } from './useFilesPage'
import { useFilesView } from './useFilesView'
import { useSelection } from './useSelection'

const Empty = ({ pickers }: { pickers: ReactNode }) => {
  const words = useText().files.empty
  return (
    <div className={classes.empty}>
      <UploadCloud size={44} strokeWidth={1.25} aria-hidden />
      <h2>{words.title}</h2>
      <p>{words.words}</p>
      <div className={classes.pickers}>{pickers}</div>
      <ol className={classes.steps}>
        {words.steps.map(([verb, rest]) => (
          <li key={verb}>
            <strong>{verb}</strong> {rest}
          </li>
        ))}
      </ol>
    </div>
  )
}

const NoMatch = ({ onClear }: { onClear: () => void }) => {
  const words = useText().files.noMatch
  return (
    <div className={classes.empty}>
      <SearchX size={36} strokeWidth={1.25} aria-hidden />
      <h2>{words.title}</h2>
      <p>{words.words}</p>
      <Button variant="default" onClick={onClear}>
        {words.clear}
      </Button>
    </div>
  )
}

type Props = {
  /** Buttons that start an upload; the page does not know how that works. */
  pickers: ReactNode
  /** What stands above the table, such as uploads left over from an earlier visit. */
  notice: ReactNode
  /** Files that are being taken away elsewhere on the page. */
  hiddenIds: string[]
}

export const FilesPage = ({ pickers, notice, hiddenIds }: Props) => {
  const words = useText()
  const { view, change } = useFilesView()
  const page = useFilesPage(view, hiddenIds)
  const selection = useSelection(page.entries, view)
  const filtered = isFiltered(view)
  const bare = !page.loading && page.entries.length === 0 && view.page === 1
  return (
    <>
      <div className={classes.title}>
        <PageTitle>{words.files.title}</PageTitle>
        <span className={classes.count}>{page.loading ? '' : words.shared.files(page.total)}</span>
        {!(bare && !filtered) && <div className={classes.pickers}>{pickers}</div>}
      </div>
      {notice}
      <StuckNotice waiting={page.entries.some(({ status }) => status === 'processing')} />
      {page.error ? (
        <NotLoaded title={words.files.notLoaded} error={page.error} onRetry={page.retry} />
      ) : bare && !filtered ? (
        <Empty pickers={pickers} />
      ) : (
        <>
          {selection.ids.size > 0 ? (
            <SelectionBar selection={selection} total={page.total} />
          ) : (
            <FilesToolbar />
          )}
          {bare ? (
            <NoMatch onClear={() => change(NO_FILTER)} />
          ) : (
            <FilesTable {...page} selection={selection} />
          )}
          {!bare && !page.loading && <FilesPager total={page.total} hasNext={page.hasNext} />}
        </>
      )}
    </>
  )
}
