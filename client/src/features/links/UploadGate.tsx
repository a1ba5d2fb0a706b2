import { Alert, Skeleton } from '@mantine/core'
import { Inbox } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import type { OpenUploadLink } from '../../api/types'
import { useReadUploadLinkQuery } from '../../api/uploadLinksApi'
import { NotLoaded } from '../../display/NotLoaded'
import { useLaterText } from '../../i18n/later'
import { formatBytes, formatMoment } from '../../shared/format'
import { Name } from '../../shared/Name'
import { usePageTitle } from '../../shared/usePageTitle'
import { LinkOver } from './LinkOver'
import classes from './UploadGate.module.css'
import { isNoLink } from './useLink'

type Props = {
  token: string
  /** Grows whenever something has come, or could not: then the server is asked what may still come. */
  changes: number
  /** What takes files in. */
  children: ReactNode
}

/** What may come by the link, each in a few words. */
const Limits = ({ link }: { link: OpenUploadLink }) => {
  const words = useLaterText().uploadLinks
  const facts = [
    link.expires_at === null ? null : words.until(formatMoment(link.expires_at)),
    link.files_left === null ? null : words.filesLeft(link.files_left),
    link.bytes_left === null ? null : words.bytesLeft(formatBytes(link.bytes_left)),
    link.max_size === null ? null : words.largest(formatBytes(link.max_size)),
    link.extensions.length === 0 ? null : words.kinds(link.extensions.join(', ')),
  ].filter((fact) => fact !== null)
  return (
    <ul className={classes.limits} data-testid="upload-link-limits">
      {facts.map((fact) => (
        <li key={fact}>{fact}</li>
      ))}
    </ul>
  )
}

const Open = ({ link, children }: { link: OpenUploadLink; children: ReactNode }) => {
  const words = useLaterText().uploadLinks
  usePageTitle(link.name)
  const isFull = link.files_left === 0 || link.bytes_left === 0
  return (
    <section className={classes.page}>
      <h1 className={classes.title}>
        <Name>{link.name}</Name>
      </h1>
      <p className={classes.words}>{words.words}</p>
      <Limits link={link} />
      {isFull ? (
        <Alert variant="light" role="status" icon={<Inbox size={18} />}>
          {words.full}
        </Alert>
      ) : (
        <div className={classes.drop}>
          <Inbox size={40} strokeWidth={1.4} aria-hidden />
          <p>{words.drop}</p>
          <div className={classes.pickers}>{children}</div>
        </div>
      )}
    </section>
  )
}

/** Shows whoever has an upload link what it is for, and takes files as long as it does. */
export const UploadGate = ({ token, changes, children }: Props) => {
  const words = useLaterText().uploadLinks
  const { currentData, error, refetch } = useReadUploadLinkQuery(token)
  useEffect(() => {
    if (changes > 0) void refetch()
  }, [changes, refetch])
  useEffect(() => {
    const look = () => void (document.visibilityState === 'visible' && refetch())
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [refetch])
  if (error && 'code' in error && error.code === 'upload_link_over')
    return <LinkOver title={words.over} words={words.overWords} />
  if (error && isNoLink(error)) return <LinkOver title={words.unknown} words={words.unknownWords} />
  if (currentData) return <Open link={currentData}>{children}</Open>
  if (error) return <NotLoaded title={words.failed} error={error} onRetry={() => void refetch()} />
  return <Skeleton height={320} aria-busy="true" />
}
