import { Anchor } from '@mantine/core'
import { Link } from 'react-router'
import { selectIsLinked } from '../../api/session'
import type { FileDetail } from '../../api/types'
import { useText } from '../../i18n/language'
import { formatBytes, formatCount, formatTime } from '../../shared/format'
import { Name } from '../../shared/Name'
import { useAppSelector } from '../../store/hooks'
import classes from './FileFacts.module.css'

const Fact = ({ name, value }: { name: string; value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>
      <Name>{value}</Name>
    </dd>
  </div>
)

export const FileFacts = ({ file }: { file: FileDetail }) => {
  const words = useText().files.facts
  // A link leads to one file, and so not to the table of another one.
  const linked = useAppSelector(selectIsLinked)
  const elsewhere = !linked && file.dataset_id !== null && file.dataset_id !== file.id
  return (
    <dl className={classes.facts}>
      <Fact name={words.size} value={formatBytes(file.size)} />
      <Fact name={words.rows} value={formatCount(file.row_count)} />
      <Fact name={words.columns} value={file.content ? formatCount(file.content.columns.length) : '–'} />
      <Fact name={words.uploaded} value={formatTime(file.uploaded_at)} />
      <Fact name={words.owner} value={file.owner} />
      {file.path !== null && <Fact name={words.folder} value={file.path} />}
      {elsewhere && (
        <div>
          <dt>{words.partOf}</dt>
          <dd>
            <Anchor component={Link} to={`/files/${file.dataset_id}`}>
              {words.openTable}
            </Anchor>
          </dd>
        </div>
      )}
      {file.sha256 && (
        <div className={classes.hash}>
          <dt>SHA-256</dt>
          <dd title={file.sha256}>{file.sha256}</dd>
        </div>
      )}
    </dl>
  )
}
