import { CircleAlert, CircleCheck, FilePlus, Users } from 'lucide-react'
import { Link } from 'react-router'
import { useText } from '../../i18n/language'
import { formatFullTime, formatTime } from '../../shared/format'
import { Name } from '../../shared/Name'
import classes from './NoticeItem.module.css'
import type { Notice } from './noticesSlice'

const ICONS = { shared: Users, done: CircleCheck, failed: CircleAlert, announced: FilePlus } as const

const useSentence = ({ kind, owner, role, rows, rejects }: Notice): string => {
  const words = useText()
  const { bell } = words.app
  if (kind === 'shared') return role === 'edit' ? bell.sharedToEdit(owner) : bell.shared(owner)
  if (kind === 'failed') return bell.failed
  if (kind === 'announced') return owner === '' ? bell.announcedByNobody : bell.announced(owner)
  if (rows === null) return bell.kept
  return rejects > 0 ? bell.rejects(rejects) : bell.done(words.shared.rows(rows))
}

export const NoticeItem = ({ notice, onOpen }: { notice: Notice; onOpen: () => void }) => {
  const Icon = ICONS[notice.kind]
  const when = new Date(notice.at).toISOString()
  const address = `/files/${notice.fileId}${notice.kind === 'done' && notice.rejects > 0 ? '?tab=rejects' : ''}`
  return (
    <li className={classes.item} data-kind={notice.kind} data-unread={!notice.read || undefined}>
      <Icon size={16} aria-hidden />
      <span className={classes.what}>
        {notice.fileId === '' ? (
          <Name>{notice.name}</Name>
        ) : (
          <Link to={address} onClick={onOpen}>
            <Name>{notice.name}</Name>
          </Link>
        )}
        <span className={classes.sentence}>
          {useSentence(notice)} ·{' '}
          <time dateTime={when} title={formatFullTime(when)}>
            {formatTime(when)}
          </time>
        </span>
      </span>
    </li>
  )
}
