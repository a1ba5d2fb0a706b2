import { Skeleton, Tabs } from '@mantine/core'
import { skipToken } from '@reduxjs/toolkit/query'
import { type TableQuery, useGetTableQuery } from '../../api/datasetsApi'
import { selectMayAsk } from '../../api/session'
import type { Role, Warned } from '../../api/types'
import { NotLoaded } from '../../display/NotLoaded'
import { useLaterText } from '../../i18n/later'
import { formatCount } from '../../shared/format'
import { useAppSelector } from '../../store/hooks'
import classes from './DatasetPanel.module.css'
import { type DatasetView, TABS } from './datasetUrl'
import { ExportMenu } from './ExportMenu'
import { HistoryTab } from './HistoryTab'
import { RejectsTab } from './RejectsTab'
import { RowsTab } from './RowsTab'
import { rightsOf } from './rights'
import { SummaryTab } from './SummaryTab'
import { UnsavedNotice } from './UnsavedNotice'
import { useDatasetView } from './useDatasetView'
import { VersionBanner } from './VersionBanner'
import { ViewsMenu } from './views/ViewsMenu'

type Props = {
  id: string
  name: string
  rejectCount: number
  warnings: Warned[]
  role: Role
  isTable: boolean
  /** Shows how the file is read; null where nobody may ask. */
  onCheck: (() => void) | null
}

/**
 * The table, and how many of its rows hold the filters. Its columns depend on no filter, so that a wrong one
 * takes nothing away: the head stays, and with it every way back.
 */
const useTable = (unfiltered: TableQuery | null, { filters, q }: DatasetView) => {
  const narrows = filters.length > 0 || q !== ''
  const table = useGetTableQuery(unfiltered ?? skipToken)
  const narrowed = useGetTableQuery(unfiltered && narrows ? { ...unfiltered, filters, q } : skipToken)
  const shown = table.currentData ?? (table.isError ? undefined : table.data)
  const matched = narrows ? narrowed.currentData?.matched : shown?.matched
  return { ...table, table: shown, matched: matched ?? null }
}

const TabList = ({ rejectCount, warningCount }: { rejectCount: number; warningCount: number }) => {
  const words = useLaterText().datasets
  return (
    <Tabs.List aria-label={words.parts} className={classes.tabs}>
      {TABS.map((tab) => (
        <Tabs.Tab key={tab} value={tab}>
          {words.tabs[tab]}
          {tab === 'rejects' && rejectCount > 0 && (
            <span className={classes.badge}>{formatCount(rejectCount)}</span>
          )}
          {tab === 'rejects' && warningCount > 0 && (
            <span className={classes.badge} data-tone="processing">
              {words.warnings.badge(warningCount)}
            </span>
          )}
        </Tabs.Tab>
      ))}
    </Tabs.List>
  )
}

/** The table that a file became: its rows, its columns in numbers, what did not fit, and its versions. */
const DatasetPanel = ({ id, name, rejectCount, warnings, role, isTable, onCheck }: Props) => {
  const words = useLaterText().datasets
  const { view, change } = useDatasetView()
  const mayAsk = useAppSelector(selectMayAsk)
  const asked = isTable && mayAsk ? { id, version: view.version, filters: [], q: '' } : null
  const { table, matched, error, isError, refetch } = useTable(asked, view)
  const rights = rightsOf(role)
  if (!isTable)
    return (
      <RejectsTab
        id={id}
        warnings={warnings}
        uploaded={undefined}
        left={rejectCount}
        mayMend={false}
        onCheck={onCheck}
      />
    )
  const choose = (tab: string | null) => change({ tab: TABS.find((each) => each === tab) ?? 'rows' })
  const waiting = isError ? (
    <NotLoaded title={words.notLoaded} error={error} onRetry={refetch} />
  ) : (
    <Skeleton height={420} aria-busy="true" />
  )
  return (
    <section
      aria-label={name}
      data-wide
      data-append-to={rights.mayEdit ? id : undefined}
      data-append-name={name}
      className={classes.panel}
    >
      <UnsavedNotice id={id} />
      <VersionBanner id={id} rights={rights} />
      <Tabs value={view.tab} onChange={choose} keepMounted={false}>
        <div className={classes.bar}>
          <TabList rejectCount={rejectCount} warningCount={warnings.length} />
          {table && <ViewsMenu table={table} rights={rights} />}
          {table && <ExportMenu table={table} rowCount={matched ?? table.row_count} />}
        </div>
        <Tabs.Panel value="rows">
          {table ? <RowsTab table={table} matched={matched} rights={rights} /> : waiting}
        </Tabs.Panel>
        <Tabs.Panel value="summary">
          {table ? <SummaryTab table={table} rights={rights} /> : waiting}
        </Tabs.Panel>
        <Tabs.Panel value="rejects">
          <RejectsTab
            id={id}
            warnings={warnings}
            left={rejectCount}
            mayMend={rights.mayEdit && view.version === null}
            onCheck={onCheck}
            uploaded={view.version === null && table?.version === 0 ? null : 0}
          />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <HistoryTab id={id} rights={rights} />
        </Tabs.Panel>
      </Tabs>
    </section>
  )
}

export default DatasetPanel
