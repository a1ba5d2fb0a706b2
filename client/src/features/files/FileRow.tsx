import { Tooltip } from '@mantine/core'
import { File, FileSpreadsheet, Folder, Inbox, Users } from 'lucide-react'
import { Link } from 'react-router'
import type { FileEntry } from '../../api/types'
import { useText } from '../../i18n/language'
import { formatBytes, formatCount, formatFullTime, formatTime } from '../../shared/format'
import { Name } from '../../shared/Name'
import { FileMenu } from './FileMenu'
import classes from './FileRow.module.css'
import { PickBox } from './PickBox'
import { StatusCell } from './StatusCell'
import { TagLinks } from './TagLinks'

const TABLE_NAME = /\.(csv|tsv|txt|xlsx|jsonl?|ndjson|parquet)(\.(gz|zst|bz2))?$/i

const Sharing = ({ entry }: { entry: FileEntry }) => {
  const words = useText().files
  const mine = entry.role === 'owner'
  if (!entry.shared && mine) return null
  return (
    <span className={classes.shared}>
      <Users size={12} aria-hidden />{' '}
      {mine
        ? words.shared
        : `${words.from(entry.owner)} · ${words.access.roles[entry.role === 'edit' ? 'edit' : 'view']}`}
    </span>
  )
}

const NameCell = ({ entry }: { entry: FileEntry }) => {
  const { files, shared: words } = useText()
  const Icon = TABLE_NAME.test(entry.name) ? FileSpreadsheet : File
  return (
    <div className={classes.file}>
      <Icon size={18} strokeWidth={1.6} className={classes.fileIcon} aria-hidden />
      <div className={classes.names}>
        <Link to={`/files/${entry.id}`} className={classes.name} title={entry.name}>
          <Name>{entry.name}</Name>
        </Link>
        {entry.path !== null && (
          <span className={classes.folder} title={entry.path}>
            <Folder size={12} aria-hidden /> <Name>{entry.path}</Name>
          </span>
        )}
        <Sharing entry={entry} />
        {entry.upload_link && (
          <span className={classes.shared}>
            <Inbox size={12} aria-hidden /> {files.byLink(entry.upload_link.name)}
          </span>
        )}
        <TagLinks tags={entry.tags} />
        <span className={classes.brief}>
          {formatBytes(entry.size)}
          {entry.row_count !== null && <> · {words.rows(entry.row_count)}</>} ·{' '}
          {formatTime(entry.uploaded_at)}
        </span>
      </div>
    </div>
  )
}

type Props = {
  entry: FileEntry
  /** The one row that Tab reaches. */
  active: boolean
  picked: boolean
  onPick: (range: boolean) => void
  onFocus: () => void
}

export const FileRow = ({ entry, active, picked, onPick, onFocus }: Props) => {
  const words = useText().files
  const takesRows = entry.dataset_id === entry.id && entry.row_count !== null && entry.role !== 'view'
  return (
    <tr
      className={classes.row}
      data-row
      data-picked={picked || undefined}
      data-append-to={takesRows ? entry.id : undefined}
      data-append-name={takesRows ? entry.name : undefined}
      tabIndex={active ? 0 : -1}
      onFocus={onFocus}
    >
      <td data-cell="pick">
        <PickBox label={words.selection.one(entry.name)} checked={picked} onPick={onPick} />
      </td>
      <td>
        <NameCell entry={entry} />
      </td>
      <td data-cell="status">
        <StatusCell entry={entry} />
      </td>
      <td data-cell="number">{formatCount(entry.row_count)}</td>
      <td data-cell="number">{formatBytes(entry.size)}</td>
      <td data-cell="time">
        <Tooltip label={formatFullTime(entry.uploaded_at)} openDelay={500}>
          <time dateTime={entry.uploaded_at}>{formatTime(entry.uploaded_at)}</time>
        </Tooltip>
      </td>
      <td data-cell="menu">
        <FileMenu entry={entry} />
      </td>
    </tr>
  )
}
