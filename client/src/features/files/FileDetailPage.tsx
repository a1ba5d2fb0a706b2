import { Alert, Anchor, Skeleton } from '@mantine/core'
import { skipToken } from '@reduxjs/toolkit/query'
import { ArrowLeft, CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { useGetFileQuery } from '../../api/filesApi'
import { isMissing, wordsFor } from '../../api/problem'
import { selectIsLinked, selectMayAsk } from '../../api/session'
import type { Damage, FileDetail } from '../../api/types'
import { NotLoaded } from '../../display/NotLoaded'
import { useShownStatus } from '../../display/useShownStatus'
import { useText } from '../../i18n/language'
import { usePageTitle } from '../../shared/usePageTitle'
import { useAppSelector } from '../../store/hooks'
import classes from './FileDetailPage.module.css'
import { FileFacts } from './FileFacts'
import { FileGone } from './FileGone'
import { FileHeading } from './FileHeading'
import { FileOrigin } from './FileOrigin'
import { FileProgressPanel } from './FileProgressPanel'
import { FileTags } from './FileTags'
import { PreviewTable } from './PreviewTable'
import { useCheckDialog } from './useCheckDialog'
import { usePlaceInQueue } from './usePlaceInQueue'

/** The page does not know how a table is shown; whoever puts the page together does. */
export type ShowTable = (file: FileDetail, onCheck: OnCheck) => ReactNode
/** Shows how the file is read; null where nobody may ask. */
type OnCheck = (() => void) | null

const Failure = ({ file }: { file: FileDetail }) => {
  const words = useText().files.page
  if (!file.error) return null
  return (
    <Alert color="red" variant="light" icon={<CircleAlert size={18} />} title={words.noTable}>
      {wordsFor(file.error.code, file.error.message)} <code className={classes.code}>{file.error.code}</code>
    </Alert>
  )
}

/** What of the table is lost, and who can do what; the upload and the history are there all the same. */
const DamageAlert = ({ damage }: { damage: Damage }) => {
  const words = useText().files.page
  return (
    <Alert color="red" mb="md" icon={<CircleAlert size={18} />} title={words.damaged}>
      {wordsFor(damage.code, damage.message)} {words.damagedWords}{' '}
      <code className={classes.code}>{damage.code}</code>
    </Alert>
  )
}

type BodyProps = { file: FileDetail; showTable: ShowTable; onCheck: OnCheck }

const Body = ({ file, showTable, onCheck }: BodyProps) => {
  const words = useText().files.page
  const shown = useShownStatus(file.id) ?? file.status
  if (shown === 'uploading' || shown === 'processing')
    return (
      <>
        <FileProgressPanel file={file} status={shown} />
        {file.content && file.content.rows.length > 0 && <PreviewTable content={file.content} />}
      </>
    )
  const isTable = file.dataset_id === file.id && file.row_count !== null
  return (
    <>
      <Failure file={file} />
      {file.damage && <DamageAlert damage={file.damage} />}
      {(isTable || file.reject_count > 0 || file.warnings.length > 0) && showTable(file, onCheck)}
      {!isTable && file.content && file.content.columns.length > 0 && <PreviewTable content={file.content} />}
      {shown === 'done' && !file.content && !file.damage && <p className={classes.note}>{words.plain}</p>}
    </>
  )
}

const Loading = () => (
  <div aria-busy="true">
    <Skeleton height={30} width={320} mb="md" />
    <Skeleton height={60} mb="md" />
    <Skeleton height={320} />
  </div>
)

const BackToFiles = () => (
  <Anchor component={Link} to="/files" size="sm" className={classes.back}>
    <ArrowLeft size={15} aria-hidden /> {useText().files.title}
  </Anchor>
)

export const FileDetailPage = ({ id, showTable }: { id: string; showTable: ShowTable }) => {
  const words = useText()
  const linked = useAppSelector(selectIsLinked)
  const mayAsk = useAppSelector(selectMayAsk)
  const { data: newest, error, isError, refetch } = useGetFileQuery(mayAsk ? id : skipToken)
  // While another file is on its way, the one before is still there.
  const data = newest?.id === id ? newest : undefined
  const isGone = isError && isMissing(error)
  const checking = useCheckDialog(data)
  const onCheck = linked ? null : checking.open
  usePlaceInQueue(data ? [data] : [], refetch)
  usePageTitle(data && mayAsk && !isGone ? data.name : null)
  return (
    <>
      {!linked && <BackToFiles />}
      {data && isGone && <FileGone name={data.name} />}
      {data && !isGone && (
        <div key={data.id}>
          <FileHeading file={data} onCheck={onCheck} />
          <FileFacts file={data} />
          <FileTags file={data} />
          {data.origin && <FileOrigin id={data.id} origin={data.origin} />}
          <Body file={data} showTable={showTable} onCheck={onCheck} />
          {checking.dialog}
        </div>
      )}
      {!data && isError && <NotLoaded title={words.files.page.cannot} error={error} onRetry={refetch} />}
      {!data && !isError && <Loading />}
    </>
  )
}
