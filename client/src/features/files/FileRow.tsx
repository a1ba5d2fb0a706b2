import { Tooltip } from '@mantine/core'
import { File, FileSpreadsheet, Users } from 'lucide-react'
import { Link } from 'react-router'
import { selectUser } from '../../api/session'
import type { FileEntry } from '../../api/types'
import { useAppSelector } from '../../app/hooks'
import { formatBytes, formatCount, formatFullTime, formatTime } from '../../shared/format'
import { FileMenu } from './FileMenu'
import classes from './FilesTable.module.css'
import { StatusCell } from './StatusCell'

const TABLE_NAME = /\.(csv|tsv|txt|xlsx|jsonl?|ndjson|parquet)(\.(gz|zst|bz2))?$/i

const Sharing = ({ entry }: { entry: FileEntry }) => {
  const mine = useAppSelector((state) => selectUser(state)?.username === entry.owner)
  if (!entry.shared && mine) return null
  return (
    <span className={classes.shared}>
      <Users size={12} aria-hidden /> {mine ? 'Shared' : `From ${entry.owner}`}
    </span>
  )
}

export const FileRow = ({ entry }: { entry: FileEntry }) => {
  const Icon = TABLE_NAME.test(entry.name) ? FileSpreadsheet : File
  return (
    <tr className={classes.row}>
      <td className={classes.nameCell}>
        <div className={classes.file}>
          <Icon size={18} strokeWidth={1.6} className={classes.fileIcon} aria-hidden />
          <div className={classes.names}>
            <Link to={`/files/${entry.id}`} className={classes.name} title={entry.name}>
              {entry.name}
            </Link>
            <Sharing entry={entry} />
            <span className={classes.brief}>
              {formatBytes(entry.size)}
              {entry.row_count !== null && <> · {formatCount(entry.row_count)} rows</>} ·{' '}
              {formatTime(entry.uploaded_at)}
            </span>
          </div>
        </div>
      </td>
      <td className={classes.statusCell}>
        <StatusCell entry={entry} />
      </td>
      <td className={classes.number}>{formatCount(entry.row_count)}</td>
      <td className={classes.number}>{formatBytes(entry.size)}</td>
      <td className={classes.time}>
        <Tooltip label={formatFullTime(entry.uploaded_at)} openDelay={500}>
          <time dateTime={entry.uploaded_at}>{formatTime(entry.uploaded_at)}</time>
        </Tooltip>
      </td>
      <td className={classes.menuCell}>
        <FileMenu entry={entry} />
      </td>
    </tr>
  )
}
