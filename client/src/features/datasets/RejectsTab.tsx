import { ActionIcon, Anchor, Button, Tooltip } from '@mantine/core'
import { CircleCheck, Download, LocateFixed, ScanText } from 'lucide-react'
import { useState } from 'react'
import { rejectsCsvUrl, useGetRejectsInfiniteQuery } from '../../api/filesApi'
import type { Rejects as RejectsPage, Warned } from '../../api/types'
import { useDownloadUrl } from '../../display/useDownloadUrl'
import { useLaterText } from '../../i18n/later'
import { formatCount } from '../../shared/format'
import { ScrollBox } from '../../shared/ScrollBox'
import { SectionHead } from '../../shared/SectionHead'
import { MendForm } from './MendForm'
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
type Props = {
  id: string
  warnings: Warned[]
  uploaded: 0 | null | undefined
  /** Rejects that are no row yet. */
  left: number
  mayMend: boolean
  /** Shows how the file is read; null where nobody may ask. */
  onCheck: (() => void) | null
}

/** What was mended or skipped, and the lines that could not be read: where they stand, why, and what they say. */
export const RejectsTab = ({ warnings, ...rejects }: Props) => (
  <>
    <WarningList warnings={warnings} />
    <Rejects {...rejects} />
  </>
)

const HeadRow = ({ canJump, canMend }: { canJump: boolean; canMend: boolean }) => {
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
      {canMend && (
        <th scope="col">
          <span className="sr-only">{words.mend}</span>
        </th>
      )}
    </tr>
  )
}

/** `onGo`: undefined where there is no row to go to. */
type RowProps = { id: string; reject: Reject; onGo: ((row: number) => void) | undefined; mayMend: boolean }

/** What can be done with a reject that may be mended: begin, or know that it was. */
const MendCell = ({ reject: { line, mended }, onBegin }: { reject: Reject; onBegin: () => void }) => {
  const words = useLaterText().datasets.rejects
  return (
    <td className={classes.narrow}>
      {mended ? (
        <span className={classes.mended}>{words.mended}</span>
      ) : (
        <Button size="compact-xs" variant="default" aria-label={words.mendOf(line)} onClick={onBegin}>
          {words.mend}
        </Button>
      )}
    </td>
  )
}

const RejectRow = ({ id, reject, onGo, mayMend }: RowProps) => {
  const { line, column, code, text, row, mended } = reject
  const words = useLaterText().datasets.rejects
  const [mending, setMending] = useState(false)
  const isOpen = mending && !mended
  return (
    <tr data-mended={mended || undefined}>
      <td data-numeric>{formatCount(line)}</td>
      <td>{column ?? '–'}</td>
      <td>{words.reasons[code] ?? code.replaceAll('_', ' ')}</td>
      <td className={classes.raw}>
        {isOpen ? <MendForm id={id} reject={reject} onDone={() => setMending(false)} /> : text}
      </td>
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
      {mayMend && !isOpen && <MendCell reject={reject} onBegin={() => setMending(true)} />}
      {mayMend && isOpen && <td />}
    </tr>
  )
}

const Rejects = ({ id, uploaded, left, mayMend, onCheck }: Omit<Props, 'warnings'>) => {
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
    change({ tab: 'rows', version, sort: '', filters: [], q: '', page, at: row % view.size })
  }
  const onGo = uploaded === undefined ? undefined : goTo(uploaded)
  return (
    <section aria-labelledby="rejects-title">
      <SectionHead id="rejects-title" title={words.title(left)} apart>
        {onCheck && (
          <Anchor component="button" type="button" size="sm" onClick={onCheck}>
            <ScanText size={14} aria-hidden /> {words.check}
          </Anchor>
        )}
        <Anchor href={downloadUrl(rejectsCsvUrl(id))} download size="sm">
          <Download size={14} aria-hidden /> {words.download}
        </Anchor>
      </SectionHead>
      <ScrollBox label={words.label} maxHeight="min(60dvh, 560px)">
        <PlainTable>
          <thead>
            <HeadRow canJump={onGo !== undefined} canMend={mayMend} />
          </thead>
          <tbody>
            {items.map((reject) => (
              <RejectRow key={reject.n} id={id} reject={reject} onGo={onGo} mayMend={mayMend} />
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
