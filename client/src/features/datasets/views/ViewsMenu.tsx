import { ActionIcon, Button, Popover, Tooltip } from '@mantine/core'
import { Bookmark, Check, FileDown, PencilLine, Save, Trash2 } from 'lucide-react'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { exportUrl } from '../../../api/datasetsApi'
import { detailOf } from '../../../api/problem'
import { selectIsLinked } from '../../../api/session'
import type { Table } from '../../../api/types'
import {
  useListViewsQuery,
  usePutViewMutation,
  useRemoveViewMutation,
  type View,
} from '../../../api/viewsApi'
import { useDownloadUrl } from '../../../display/useDownloadUrl'
import { laterText, useLaterText } from '../../../i18n/later'
import { Name } from '../../../shared/Name'
import { toastNote, toastProblem, toastUndo } from '../../../shared/toast'
import { useAppSelector } from '../../../store/hooks'
import type { Rights } from '../rights'
import { useDatasetView } from '../useDatasetView'
import classes from './ViewsMenu.module.css'
import { changeTo, isShown, keptOf } from './viewState'

const SaveViewDialog = lazy(() => import('./SaveViewDialog'))

const ICON = { size: 14, 'aria-hidden': true } as const

type ActProps = { label: string; icon: ReactNode; onClick?: () => void; href?: string }

const Act = ({ label, icon, onClick, href }: ActProps) => (
  <Tooltip label={label} openDelay={400}>
    {href === undefined ? (
      <ActionIcon variant="subtle" color="gray" size={26} aria-label={label} onClick={onClick}>
        {icon}
      </ActionIcon>
    ) : (
      <ActionIcon
        component="a"
        href={href}
        download
        variant="subtle"
        color="gray"
        size={26}
        aria-label={label}
      >
        {icon}
      </ActionIcon>
    )}
  </Tooltip>
)

const keptIn = ({ filter, sort, columns, q, page }: Omit<View, 'mine'>) => ({
  filter,
  sort,
  columns,
  q,
  page,
})

/** Changes of a view; each says what came of it. */
const useViewActs = (table: Table) => {
  const { view: now } = useDatasetView()
  const [put] = usePutViewMutation()
  const [remove] = useRemoveViewMutation()
  const failed = (error: unknown) => toastProblem(laterText().datasets.views.notChanged, detailOf(error))
  const keep = ({ name, shared }: View) =>
    put({ id: table.id, view: { name, shared, ...keptOf(now, table.columns) } })
      .unwrap()
      .then(() => toastNote(laterText().datasets.views.saved(name)))
      .catch(failed)
  const drop = ({ mine, ...view }: View) => {
    const { name, shared } = view
    return remove({ id: table.id, name })
      .unwrap()
      .then(() => {
        const said = laterText().datasets.views.removed(name)
        const again = { id: table.id, view: { name, shared, ...keptIn(view) } }
        if (mine) toastUndo(said, () => void put(again).unwrap().catch(failed))
        else toastNote(said)
      })
      .catch(failed)
  }
  return { keep, drop }
}

type ItemProps = { table: Table; view: View; mayDrop: boolean; onApply: () => void; onRename: () => void }

const Item = ({ table, view, mayDrop, onApply, onRename }: ItemProps) => {
  const words = useLaterText().datasets.views
  const { view: now } = useDatasetView()
  const { keep, drop } = useViewActs(table)
  const downloadUrl = useDownloadUrl()
  const shown = isShown(view, now, table.columns)
  const { version } = changeTo(view, table.columns)
  const asked = { id: table.id, version, filters: [], q: '' }
  return (
    <li>
      <button type="button" className={classes.name} aria-current={shown || undefined} onClick={onApply}>
        {shown ? <Check {...ICON} /> : <span className={classes.gap} />}
        <span className={classes.text}>
          <Name>{view.name}</Name>
          {view.shared && (
            <span className={classes.whose}> {view.mine ? words.shared : words.from(view.owner)}</span>
          )}
        </span>
      </button>
      <Act
        label={words.exportOf(view.name)}
        icon={<FileDown {...ICON} />}
        href={downloadUrl(exportUrl(asked, 'csv', { view: view.name }))}
      />
      {view.mine && !shown && (
        <Act label={words.keepOf(view.name)} icon={<Save {...ICON} />} onClick={() => void keep(view)} />
      )}
      {view.mine && (
        <Act label={words.renameOf(view.name)} icon={<PencilLine {...ICON} />} onClick={onRename} />
      )}
      {(view.mine || mayDrop) && (
        <Act label={words.removeOf(view.name)} icon={<Trash2 {...ICON} />} onClick={() => void drop(view)} />
      )}
    </li>
  )
}

type Saving = { renamed: View | null }

/** What is shown of the table by names: one's own, and those that others share. */
export const ViewsMenu = ({ table, rights }: { table: Table; rights: Rights }) => {
  const words = useLaterText().datasets.views
  const { view: now, change } = useDatasetView()
  const linked = useAppSelector(selectIsLinked)
  const [open, setOpen] = useState(false)
  const [saving, setSaving] = useState<Saving | null>(null)
  const { data: views = [] } = useListViewsQuery(table.id)
  const current = views.find((view) => isShown(view, now, table.columns))
  if (linked && views.length === 0) return null
  const begin = (renamed: View | null) => {
    setOpen(false)
    setSaving({ renamed })
  }
  return (
    <>
      <Popover opened={open} onChange={setOpen} width={320} position="bottom-end" trapFocus returnFocus>
        <Popover.Target>
          <Button
            size="xs"
            variant="default"
            className={classes.button}
            leftSection={<Bookmark size={15} aria-hidden />}
            onClick={() => setOpen(!open)}
          >
            {current ? words.current(current.name) : words.label}
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label={words.label}>
          {views.length === 0 && <p className={classes.none}>{words.none}</p>}
          <ul className={classes.list} aria-label={words.label}>
            {views.map((view) => (
              <Item
                key={`${view.owner} ${view.name}`}
                table={table}
                view={view}
                mayDrop={rights.mayRestore}
                onApply={() => {
                  change(changeTo(view, table.columns))
                  setOpen(false)
                }}
                onRename={() => begin(view)}
              />
            ))}
          </ul>
          {!linked && (
            <Button size="xs" variant="light" fullWidth mt="xs" onClick={() => begin(null)}>
              {words.saveNow}
            </Button>
          )}
        </Popover.Dropdown>
      </Popover>
      {saving && (
        <Suspense>
          <SaveViewDialog
            id={table.id}
            kept={saving.renamed ? keptIn(saving.renamed) : keptOf(now, table.columns)}
            renamed={saving.renamed}
            views={views}
            mayShare={rights.mayEdit}
            onClose={() => setSaving(null)}
          />
        </Suspense>
      )}
    </>
  )
}
