import type { FileDetail } from '../../api/types'
import { formatBytes, formatCount, formatTime } from '../../shared/format'
import classes from './FileDetail.module.css'

const Fact = ({ name, value }: { name: string; value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
)

export const FileFacts = ({ file }: { file: FileDetail }) => (
  <dl className={classes.facts}>
    <Fact name="Size" value={formatBytes(file.size)} />
    <Fact name="Rows" value={formatCount(file.row_count)} />
    <Fact name="Columns" value={file.content ? formatCount(file.content.columns.length) : '–'} />
    <Fact name="Uploaded" value={formatTime(file.uploaded_at)} />
    <Fact name="Owner" value={file.owner} />
    {file.sha256 && (
      <div className={classes.hash}>
        <dt>SHA-256</dt>
        <dd title={file.sha256}>{file.sha256}</dd>
      </div>
    )}
  </dl>
)
