import { Button, Menu, ScrollArea } from '@mantine/core'
import { History, Star, Table2, Trash2 } from 'lucide-react'
import type { SchemaTable } from '../../api/sqlApi'
import { useLaterText } from '../../i18n/later'
import { formatTime } from '../../shared/format'
import { Name } from '../../shared/Name'
import classes from './QueryMenus.module.css'
import type { NamedQuery, PastQuery } from './queryStore'

const ICON = { size: 15, 'aria-hidden': true } as const
const HEIGHT = 380

type Past = { history: readonly PastQuery[]; onPick: (query: string) => void }

/** What was run in this browser, the last first. */
export const HistoryMenu = ({ history, onPick }: Past) => {
  const words = useLaterText().sql
  return (
    <Menu position="bottom-start" width={340}>
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<History {...ICON} />}>
          {words.history}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <ScrollArea.Autosize mah={HEIGHT}>
          {history.length === 0 && <Menu.Label>{words.noHistory}</Menu.Label>}
          {history.map(({ query, at, rows }) => (
            <Menu.Item key={query} onClick={() => onPick(query)}>
              <span className={classes.query}>{query}</span>
              <span className={classes.facts}>
                {formatTime(at)} · {rows === null ? words.failed : words.rows(rows)}
              </span>
            </Menu.Item>
          ))}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  )
}

type Saved = {
  saved: readonly NamedQuery[]
  canSave: boolean
  onPick: (query: string) => void
  onSave: () => void
  onRemove: (name: string) => void
}

/** Statements with a name, which this browser keeps. */
export const SavedMenu = ({ saved, canSave, onPick, onSave, onRemove }: Saved) => {
  const words = useLaterText().sql
  return (
    <Menu position="bottom-start" width={300}>
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<Star {...ICON} />}>
          {words.saved}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Star {...ICON} />} disabled={!canSave} onClick={onSave}>
          {words.saveQuery}
        </Menu.Item>
        {saved.length > 0 && <Menu.Divider />}
        <ScrollArea.Autosize mah={HEIGHT}>
          {saved.map(({ name, query }) => (
            <Menu.Item key={name} onClick={() => onPick(query)}>
              <Name>{name}</Name>
            </Menu.Item>
          ))}
          {saved.length > 0 && <Menu.Divider />}
          {saved.map(({ name }) => (
            <Menu.Item key={name} leftSection={<Trash2 {...ICON} />} onClick={() => onRemove(name)}>
              {words.removeQuery(name)}
            </Menu.Item>
          ))}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  )
}

type Tables = { tables: readonly SchemaTable[]; onPick: (table: SchemaTable) => void }

/** What a statement may name; the editor completes it too. */
export const TablesMenu = ({ tables, onPick }: Tables) => {
  const words = useLaterText().sql
  return (
    <Menu position="bottom-start" width={300}>
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<Table2 {...ICON} />}>
          {words.tables}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <ScrollArea.Autosize mah={HEIGHT}>
          {tables.length === 0 && <Menu.Label>{words.noTables}</Menu.Label>}
          {tables.map((table) => (
            <Menu.Item key={table.id} onClick={() => onPick(table)}>
              <Name>{table.name}</Name>
              <span className={classes.facts}>
                {words.rows(table.row_count)} · {words.columns(table.columns.length)}
              </span>
            </Menu.Item>
          ))}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  )
}
