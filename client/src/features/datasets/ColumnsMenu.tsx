import { Button, Checkbox, Group, Popover, ScrollArea, Stack, TextInput } from '@mantine/core'
import { Columns3, Plus, Search } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import type { Table } from '../../api/types'
import { useLaterText } from '../../i18n/later'
import classes from './ColumnsMenu.module.css'
import { columnsInView } from './columnsView'
import { useDatasetView } from './useDatasetView'

const AddColumnDialog = lazy(() => import('./AddColumnDialog'))

/** Of thousands of columns these are listed; the others are found by their names. */
const LISTED_MAX = 100

const Choices = ({ table, onDone }: { table: Table; onDone: () => void }) => {
  const words = useLaterText().datasets.columns
  const { view, change } = useDatasetView()
  const [wanted, setWanted] = useState('')
  const shown = new Set(columnsInView(table.columns, view).map(({ name }) => name))
  const found = table.columns.filter(({ name }) => name.toLowerCase().includes(wanted.trim().toLowerCase()))
  const toggle = (name: string) =>
    change({
      hidden: shown.has(name) ? [...view.hidden, name] : view.hidden.filter((each) => each !== name),
    })
  return (
    <Stack gap="xs">
      <TextInput
        size="xs"
        type="search"
        data-autofocus
        aria-label={words.search}
        placeholder={words.search}
        leftSection={<Search size={14} aria-hidden />}
        value={wanted}
        onChange={(event) => setWanted(event.currentTarget.value)}
      />
      <ScrollArea.Autosize mah={280} type="auto">
        <ul className={classes.list} aria-label={words.label}>
          {found.slice(0, LISTED_MAX).map(({ name }) => (
            <li key={name}>
              <Checkbox
                size="xs"
                label={name}
                checked={shown.has(name)}
                disabled={shown.size === 1 && shown.has(name)}
                onChange={() => toggle(name)}
              />
            </li>
          ))}
        </ul>
      </ScrollArea.Autosize>
      {found.length > LISTED_MAX && <p className={classes.note}>{words.more(found.length - LISTED_MAX)}</p>}
      <Group justify="flex-end">
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => {
            change({ hidden: [], order: [], frozen: 0 })
            onDone()
          }}
        >
          {words.reset}
        </Button>
      </Group>
    </Stack>
  )
}

/** Which columns are shown; and a new one, for those who may change the table. */
export const ColumnsMenu = ({ table, mayAdd }: { table: Table; mayAdd: boolean }) => {
  const words = useLaterText().datasets.columns
  const { view } = useDatasetView()
  const [open, setOpen] = useState(false)
  const [adding, setAdding] = useState(false)
  const hidden = table.columns.length - columnsInView(table.columns, view).length
  return (
    <>
      <Popover opened={open} onChange={setOpen} width={280} position="bottom-end" trapFocus returnFocus>
        <Popover.Target>
          <Button
            size="xs"
            variant="default"
            leftSection={<Columns3 size={15} aria-hidden />}
            onClick={() => setOpen(!open)}
          >
            {hidden > 0 ? words.hidden(hidden) : words.label}
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label={words.label}>
          <Choices table={table} onDone={() => setOpen(false)} />
        </Popover.Dropdown>
      </Popover>
      {mayAdd && (
        <Button
          size="xs"
          variant="default"
          leftSection={<Plus size={15} aria-hidden />}
          onClick={() => setAdding(true)}
        >
          {words.add}
        </Button>
      )}
      {adding && (
        <Suspense>
          <AddColumnDialog id={table.id} columns={table.columns} onClose={() => setAdding(false)} />
        </Suspense>
      )}
    </>
  )
}
