import { Button, Kbd, Skeleton } from '@mantine/core'
import { Link2, Play, Square } from 'lucide-react'
import { lazy, Suspense, useMemo, useState } from 'react'
import { useLocation } from 'react-router'
import { detailOf } from '../../api/problem'
import { type SchemaTable, useGetSchemaQuery } from '../../api/sqlApi'
import { laterText, useLaterText } from '../../i18n/later'
import { BASE } from '../../shared/base'
import { PageTitle } from '../../shared/PageTitle'
import { queryOf, sqlAddress } from '../../shared/sqlAddress'
import { toastNote } from '../../shared/toast'
import { usePageTitle } from '../../shared/usePageTitle'
import { markedRange } from './completions'
import { NameDialog } from './NameDialog'
import { HistoryMenu, SavedMenu, TablesMenu } from './QueryMenus'
import type { ShowChart } from './ResultChart'
import { ResultPanel } from './ResultPanel'
import type { EditorMark } from './SqlEditor'
import classes from './SqlPage.module.css'
import { useQueries } from './useQueries'
import { type Outcome, useStatement } from './useStatement'

const SqlEditor = lazy(() => import('./SqlEditor'))

const ICON = { size: 15, 'aria-hidden': true } as const
const MOD = /mac/i.test(globalThis.navigator?.platform ?? '') ? '⌘' : 'Ctrl'

/** Pure: what is marked in the statement that was refused, as long as it is as it was. */
const markOf = (outcome: Outcome, draft: string): EditorMark | null => {
  if (outcome.state !== 'refused' || outcome.query !== draft) return null
  const { position } = outcome.problem
  return position === undefined
    ? null
    : { ...markedRange(draft, position), message: detailOf(outcome.problem) }
}

const RunButtons = ({
  running,
  empty,
  onRun,
  onStop,
}: {
  running: boolean
  empty: boolean
  onRun: () => void
  onStop: () => void
}) => {
  const words = useLaterText().sql
  return (
    <>
      <Button size="xs" leftSection={<Play {...ICON} />} disabled={running || empty} onClick={onRun}>
        {words.run}
      </Button>
      {running && (
        <Button size="xs" variant="default" leftSection={<Square {...ICON} />} onClick={onStop}>
          {words.stop}
        </Button>
      )}
    </>
  )
}

const copyLink = async (query: string) => {
  await navigator.clipboard.writeText(`${window.location.origin}${BASE}${sqlAddress(query)}`)
  toastNote(laterText().sql.linkCopied)
}

/** Statements over the tables that somebody may see. `showChart` draws the result. */
const SqlPage = ({ showChart }: { showChart: ShowChart }) => {
  const words = useLaterText().sql
  const queries = useQueries(queryOf(useLocation().hash))
  const { outcome, run, stop } = useStatement(queries.ran)
  const { data: tables = [] } = useGetSchemaQuery()
  const [naming, setNaming] = useState(false)
  const { draft, write } = queries
  const empty = draft.trim() === ''
  const mark = useMemo(() => markOf(outcome, draft), [outcome, draft])
  usePageTitle(words.title)
  const start = () => {
    if (!empty) void run(draft)
  }
  const look = ({ reference }: SchemaTable) =>
    write(empty ? `SELECT *\nFROM ${reference}\nLIMIT 100` : `${draft.trimEnd()} ${reference}`)
  return (
    <div data-wide>
      <div className={classes.title}>
        <PageTitle>{words.title}</PageTitle>
        <p>{words.about}</p>
      </div>
      <Suspense fallback={<Skeleton height={172} aria-busy="true" />}>
        <SqlEditor
          label={words.statement}
          value={draft}
          tables={tables}
          mark={mark}
          onChange={write}
          onRun={start}
        />
      </Suspense>
      <div className={classes.tools}>
        <RunButtons running={outcome.state === 'running'} empty={empty} onRun={start} onStop={stop} />
        <span className={classes.key} aria-hidden>
          <Kbd>{MOD}</Kbd> <Kbd>Enter</Kbd>
        </span>
        <TablesMenu tables={tables} onPick={look} />
        <HistoryMenu history={queries.history} onPick={write} />
        <SavedMenu
          saved={queries.saved}
          canSave={!empty}
          onPick={write}
          onSave={() => setNaming(true)}
          onRemove={queries.remove}
        />
        <Button
          size="xs"
          variant="default"
          disabled={empty}
          leftSection={<Link2 {...ICON} />}
          onClick={() => void copyLink(draft)}
        >
          {words.link}
        </Button>
      </div>
      <ResultPanel outcome={outcome} showChart={showChart} />
      {naming && (
        <NameDialog
          title={words.saveQuery}
          label={words.queryName}
          first=""
          action={words.keep}
          onClose={() => setNaming(false)}
          onName={(name) => {
            queries.save(name)
            setNaming(false)
          }}
        />
      )}
    </div>
  )
}

export default SqlPage
