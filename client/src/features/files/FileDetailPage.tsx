import { Alert, Anchor, Button, Skeleton } from '@mantine/core'
import { skipToken } from '@reduxjs/toolkit/query'
import { ArrowLeft, CircleAlert } from 'lucide-react'
import { Link, useParams } from 'react-router'
import { useGetFileQuery } from '../../api/filesApi'
import { detailOf } from '../../api/problem'
import { selectSessionStatus } from '../../api/session'
import type { FileDetail } from '../../api/types'
import { useAppSelector } from '../../app/hooks'
import { useShownStatus } from '../../shared/useShownStatus'
import classes from './FileDetail.module.css'
import { FileFacts } from './FileFacts'
import { FileHeading } from './FileHeading'
import { FileProgressPanel } from './FileProgressPanel'
import { PreviewTable } from './PreviewTable'
import { RejectsPanel } from './RejectsPanel'

const Body = ({ file }: { file: FileDetail }) => {
  const shown = useShownStatus(file.id) ?? file.status
  if (shown === 'uploading' || shown === 'processing') return <FileProgressPanel file={file} status={shown} />
  return (
    <>
      {file.error && (
        <Alert
          color="red"
          variant="light"
          icon={<CircleAlert size={18} />}
          title="This file did not become a table"
        >
          {file.error.message} <code className={classes.code}>{file.error.code}</code>
        </Alert>
      )}
      {file.content && file.content.columns.length > 0 && <PreviewTable content={file.content} />}
      {shown === 'done' && !file.content && (
        <p className={classes.note}>This file is no table. It is kept byte for byte and can be downloaded.</p>
      )}
      {(file.reject_count ?? 0) > 0 && <RejectsPanel id={file.id} />}
    </>
  )
}

const Loaded = ({ file }: { file: FileDetail }) => (
  <>
    <FileHeading file={file} />
    <FileFacts file={file} />
    <Body file={file} />
  </>
)

export const FileDetailPage = () => {
  const { id } = useParams()
  const signedIn = useAppSelector((state) => selectSessionStatus(state) === 'in')
  const { data, error, isError, refetch } = useGetFileQuery(id && signedIn ? id : skipToken)
  return (
    <>
      <Anchor component={Link} to="/files" size="sm" className={classes.back}>
        <ArrowLeft size={15} aria-hidden /> Files
      </Anchor>
      {data && <Loaded key={data.id} file={data} />}
      {!data && isError && (
        <Alert color="red" icon={<CircleAlert size={18} />} title="This file cannot be shown">
          {detailOf(error)}{' '}
          <Button size="compact-sm" variant="default" onClick={refetch}>
            Try again
          </Button>
        </Alert>
      )}
      {!data && !isError && (
        <div aria-busy="true">
          <Skeleton height={30} width={320} mb="md" />
          <Skeleton height={60} mb="md" />
          <Skeleton height={320} />
        </div>
      )}
    </>
  )
}
