import { ActionIcon, Anchor, Button, Tooltip } from '@mantine/core'
import { CircleCheck, Download, LocateFixed } from 'lucide-react'
import { rejectsCsvUrl, useGetRejectsInfiniteQuery } from '../../api/filesApi'
import type { Rejects as RejectsPage, Warned } from '../../api/types'
import { useDownloadUrl } from '../../display/useDownloadUrl'
import { useLaterText } from '../../i18n/later'
import { formatCount } from '../../shared/format'
import { ScrollBox } from '../../shared/ScrollBox'
import { SectionHead } from '../../shared/SectionHead'
import { Nothing } from './Nothing'
import { PlainTable } from './PlainTable'
import classes from './RejectsTab.module.css'
import { useDatasetView } from './useDatasetView'
import { WarningList } from './WarningList'

type Reject = RejectsPage['items'][number]

const NoRejects = () => {
  const words = useLaterText().datasets.rejects
  return (
    <Nothing
      icon={<CircleCheck size={32} strokeWidth={1.25} aria-hidden />}
      title={words.none}
      words={words.noneWords}
    />
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

const HeadRow = ({ canJump }: { canJump: boolean }) => {
  const words = useLaterText().datasets.rejects
  return (
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
  )
}

/** `onGo`: undefined where there is no row to go to. */
type RowProps = { reject: Reject; onGo: ((row: number) => void) | undefined }

const RejectRow = ({ reject: { line, column, code, text, row }, onGo }: RowProps) => {
  const words = useLaterText().datasets.rejects
  return (
    <tr>
      <td data-numeric>{formatCount(line)}</td>
      <td>{column ?? '–'}</td>
      <td>{words.reasons[code] ?? code.replaceAll('_', ' ')}</td>
      <td className={classes.raw}>{text}</td>
      {onGo && (
        <td className={classes.narrow}>
          {row !== null && (
            <Tooltip label={words.go} openDelay={400}>
              <ActionIcon variant="subtle" size={26} aria-label={words.goTo(line)} onClick={() => onGo(row)}>
                <LocateFixed size={15} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
        </td>
      )}
    </tr>
  )
}

const Rejects = ({ id, uploaded }: Pick<Props, 'id' | 'uploaded'>) => {
  const words = useLaterText().datasets.rejects
  const { view, change } = useDatasetView()
  const downloadUrl = useDownloadUrl()
  const { data, hasNextPage, isFetching, fetchNextPage } = useGetRejectsInfiniteQuery(id)
  const total = data?.pages[0]?.total ?? 0
  const items = data?.pages.flatMap((page) => page.items) ?? []
  if (data && total === 0) return <NoRejects />
  /** The row that follows the missing one, in what was uploaded: edits may have moved it since. */
  const goTo = (version: 0 | null) => (row: number) => {
    const page = Math.floor(row / view.size) + 1
    change({ tab: 'rows', version, sort: '', filters: [], page, at: row % view.size })
  }
  const onGo = uploaded === undefined ? undefined : goTo(uploaded)
  return (
    <section aria-labelledby="rejects-title">
      <SectionHead id="rejects-title" title={words.title(total)} apart>
        <Anchor href={downloadUrl(rejectsCsvUrl(id))} download size="sm">
          <Download size={14} aria-hidden /> {words.download}
        </Anchor>
      </SectionHead>
      <ScrollBox label={words.label} maxHeight="min(60dvh, 560px)">
        <PlainTable>
          <thead>
            <HeadRow canJump={onGo !== undefined} />
          </thead>
          <tbody>
            {items.map((reject) => (
              <RejectRow key={`${reject.line}-${reject.byte}-${reject.column}`} reject={reject} onGo={onGo} />
            ))}
          </tbody>
        </PlainTable>
      </ScrollBox>
      {hasNextPage && (
        <Button mt="sm" variant="default" loading={isFetching} onClick={() => void fetchNextPage()}>
          {words.more}
        </Button>
      )}
    </section>
  )
}
