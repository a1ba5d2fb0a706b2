import { Button, Menu } from '@mantine/core'
import { FileDown } from 'lucide-react'
import { type ExportFormat, exportUrl } from '../../api/datasetsApi'
import type { Table } from '../../api/types'
import { useDownloadUrl } from '../../display/useDownloadUrl'
import { useLaterText } from '../../i18n/later'
import { narrowedBy } from './datasetUrl'
import { useDatasetView } from './useDatasetView'
import { keptOf } from './views/viewState'

const EXCEL_ROWS_MAX = 1_048_575

const FORMATS: { format: ExportFormat; word: 'safe' | ExportFormat; more?: Record<string, string> }[] = [
  { format: 'csv', word: 'csv', more: { dialect: 'original' } },
  { format: 'csv', word: 'safe', more: { safe: 'true' } },
  { format: 'xlsx', word: 'xlsx' },
  { format: 'parquet', word: 'parquet' },
  { format: 'ndjson', word: 'ndjson' },
  { format: 'arrow', word: 'arrow' },
]

/** Characters of names that an address has room for; without them all columns are downloaded. */
const NAMES_MAX = 3000
const isShort = (names: string[]): boolean => encodeURIComponent(names.join('')).length < NAMES_MAX

/** Downloads of what is in view: this version, these filters, these columns. */
export const ExportMenu = ({ table, rowCount }: { table: Table; rowCount: number }) => {
  const words = useLaterText().datasets.export
  const { view } = useDatasetView()
  const downloadUrl = useDownloadUrl()
  const filtered = view.filters.length > 0 || view.q !== ''
  const tooLong = rowCount > EXCEL_ROWS_MAX
  const columns = keptOf(view, table.columns).columns
  const short = columns !== null && isShort(columns) ? columns : []
  const asked = { id: table.id, ...narrowedBy(view), columns: short }
  return (
    <Menu position="bottom-end" width={250}>
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<FileDown size={15} aria-hidden />}>
          {words.label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {filtered && <Menu.Label>{words.filtered}</Menu.Label>}
        {columns !== null && <Menu.Label>{short.length > 0 ? words.columns : words.allColumns}</Menu.Label>}
        {FORMATS.map(({ format, word, more }) =>
          format === 'xlsx' && tooLong ? (
            <Menu.Item key={word} disabled>
              {words.tooLong}
            </Menu.Item>
          ) : (
            <Menu.Item key={word} component="a" href={downloadUrl(exportUrl(asked, format, more))} download>
              {words[word]}
            </Menu.Item>
          ),
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
