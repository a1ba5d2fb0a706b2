import { ActionIcon, Anchor, Button, Tooltip } from '@mantine/core'
import { CircleCheck, Download, LocateFixed } from 'lucide-react'
import { rejectsCsvUrl, useGetRejectsInfiniteQuery } from '../../api/filesApi'
import type { Warned } from '../../api/types'
import { useLaterText } from '../../i18n/later'
import { formatCount } from '../../shared/format'
import classes from './Dataset.module.css'
import { useDatasetView } from './useDatasetView'
import { WarningList } from './WarningList'

const NoRejects = () => {
  const words = useLaterText().datasets.rejects
  return (
    <div className={classes.nothing}>
      <CircleCheck size={32} strokeWidth={1.25} aria-hidden />
      <h2>{words.none}</h2>
      <p>{words.noneWords}</p>
    </div>
  )
}

/** `uploaded`: the version to look at for the rows as they were uploaded, null for the newest; undefined: there is none. */
type Props = { id: string; warnings: Warned[]; uploaded: 0 | null | undefined }

/** What was mended or skipped, and the lines that could not be read: where they stand, why, and what they say. */
export const RejectsTab = ({ id, warnings, uploaded }: Props) => (
  <>
    <WarningList warnings={warnings} />
    <Rejects id={id} uploaded={uploaded} />
  </>
)

const Rejects = ({ id, uploaded }: Pick<Props, 'id' | 'uploaded'>) => {
  const canJump = uploaded !== undefined
  const words = useLaterText().datasets.rejects
  const { view, change } = useDatasetView()
  const { data, hasNextPage, isFetching, fetchNextPage } = useGetRejectsInfiniteQuery(id)
  const total = data?.pages[0]?.total ?? 0
  const items = data?.pages.flatMap((page) => page.items) ?? []
  if (data && total === 0) return <NoRejects />
  /** The row that follows the missing one, in what was uploaded: edits may have moved it since. */
  const goTo = (row: number) => {
    if (uploaded === undefined) return
    const page = Math.floor(row / view.size) + 1
    change({ tab: 'rows', version: uploaded, sort: '', filters: [], page, at: row % view.size })
  }
  return (
    <section aria-labelledby="rejects-title">
      <div className={classes.sectionHead}>
        <h2 id="rejects-title">{words.title(total)}</h2>
        <Anchor href={rejectsCsvUrl(id)} download size="sm">
          <Download size={14} aria-hidden /> {words.download}
        </Anchor>
      </div>
      <section className={classes.box} tabIndex={0} aria-label={words.label}>
        <table className={classes.plain}>
          <thead>
            <tr>
              <th scope="col" data-numeric>
                {words.line}
              </th>
              <th scope="col">{words.column}</th>
              <th scope="col">{words.reason}</th>
              <th scope="col">{words.text}</th>
              {canJump && (
                <th scope="col">
                  <span className="sr-only">{words.go}</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {items.map(({ line, byte, column, code, text, row }) => (
              <tr key={`${line}-${byte}-${column}`}>
                <td data-numeric>{formatCount(line)}</td>
                <td>{column ?? '–'}</td>
                <td>{words.reasons[code] ?? code.replaceAll('_', ' ')}</td>
                <td className={classes.raw}>{text}</td>
                {canJump && (
                  <td className={classes.narrow}>
                    {row !== null && (
                      <Tooltip label={words.go} openDelay={400}>
                        <ActionIcon
                          variant="subtle"
                          size={26}
                          aria-label={words.goTo(line)}
                          onClick={() => goTo(row)}
                        >
                          <LocateFixed size={15} aria-hidden />
                        </ActionIcon>
                      </Tooltip>
                    )}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {hasNextPage && (
        <Button mt="sm" variant="default" loading={isFetching} onClick={() => void fetchNextPage()}>
          {words.more}
        </Button>
      )}
    </section>
  )
}
