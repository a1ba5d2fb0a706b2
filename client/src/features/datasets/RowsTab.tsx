import { Alert, Button, Group, Skeleton } from '@mantine/core'
import { skipToken } from '@reduxjs/toolkit/query'
import { CircleAlert, Plus, SearchX } from 'lucide-react'
import { type ReactNode, useMemo, useState } from 'react'
import { type RowsPage, type RowsQuery, useGetRowsQuery } from '../../api/datasetsApi'
import { detailOf } from '../../api/problem'
import { selectIsLinked, selectMayAsk } from '../../api/session'
import type { Table } from '../../api/types'
import { useText } from '../../i18n/language'
import { useLaterText } from '../../i18n/later'
import { useAppSelector } from '../../store/hooks'
import { AddRowDialog } from './AddRowDialog'
import { ColumnsMenu } from './ColumnsMenu'
import { columnsInView } from './columnsView'
import { narrowedBy } from './datasetUrl'
import { FilterChips } from './FilterChips'
import { DataGrid } from './grid/DataGrid'
import { ROW_HEIGHT } from './grid/layout'
import { Hint } from './Hint'
import { SearchedText } from './Hits'
import { Nothing } from './Nothing'
import { RowPager } from './RowPager'
import classes from './RowsTab.module.css'
import type { Rights } from './rights'
import { SearchBox } from './SearchBox'
import { rowsToShow } from './shownRows'
import { useDatasetView } from './useDatasetView'
import { useGoneColumns } from './useGoneColumns'
import { useHits } from './useHits'

const NoRows = () => {
  const words = useLaterText().datasets.grid
  const { view, change } = useDatasetView()
  const filtered = view.filters.length > 0 || view.q !== ''
  if (view.page > 1)
    return (
      <Nothing title={words.beyond}>
        <Button variant="default" onClick={() => change({ page: 1 })}>
          {words.firstPage}
        </Button>
      </Nothing>
    )
  return (
    <Nothing
      icon={<SearchX size={32} strokeWidth={1.25} aria-hidden />}
      title={words.none}
      words={filtered ? words.noneWords : words.noRows}
    >
      {filtered && (
        <Button variant="default" onClick={() => change({ filters: [], q: '' })}>
          {words.clearFilters}
        </Button>
      )}
    </Nothing>
  )
}

const LOADING_ROWS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l']

const Loading = () => (
  <div aria-busy="true">
    {LOADING_ROWS.map((row) => (
      <Skeleton key={row} height={ROW_HEIGHT - 4} mb={4} radius="sm" />
    ))}
  </div>
)

type FailureProps = { title: string; error: unknown; onRetry: () => void }

/** Why there are no rows, and what can be done about it. */
const Failure = ({ title, error, onRetry }: FailureProps) => {
  const words = useLaterText().datasets
  const { shared } = useText()
  const { view, change } = useDatasetView()
  return (
    <Alert color="red" icon={<CircleAlert size={18} />} title={title}>
      <p className={classes.reason}>{detailOf(error)}</p>
      <Group gap="xs">
        <Button size="compact-sm" variant="default" onClick={onRetry}>
          {shared.tryAgain}
        </Button>
        {(view.filters.length > 0 || view.q !== '') && (
          <Button size="compact-sm" variant="default" onClick={() => change({ filters: [], q: '' })}>
            {words.grid.clearFilters}
          </Button>
        )}
        {view.page > 1 && (
          <Button size="compact-sm" variant="default" onClick={() => change({ page: 1 })}>
            {words.grid.firstPage}
          </Button>
        )}
      </Group>
    </Alert>
  )
}

/** Long texts leave no room for all rows of a page: the next one goes on behind them. */
const CutPage = ({ page: { query, rows } }: { page: RowsPage }) => {
  const words = useLaterText().datasets.grid
  return (
    <Alert color="yellow" mb="sm" p="xs" role="status">
      {words.cutPage(rows.length, query.size)} {words.cutGoesOn}
    </Alert>
  )
}

/** Its dialog stays when the right to add rows is taken meanwhile: what was written in it is not lost. */
const AddRow = ({ table, mayEdit }: { table: Table; mayEdit: boolean }) => {
  const words = useLaterText().datasets
  const linked = useAppSelector(selectIsLinked)
  const [open, setOpen] = useState(false)
  return (
    <>
      {mayEdit ? (
        <>
          <span className={classes.keys}>
            <Hint>{words.grid.hint}</Hint>
          </span>
          <Button
            size="xs"
            variant="default"
            leftSection={<Plus size={15} aria-hidden />}
            onClick={() => setOpen(true)}
          >
            {words.edit.add}
          </Button>
        </>
      ) : (
        <Hint>{linked ? words.rights.link : words.rights.view}</Hint>
      )}
      {open && <AddRowDialog table={table} onClose={() => setOpen(false)} />}
    </>
  )
}

type Props = {
  table: Table
  /** Rows that hold all filters, null while they are not counted. */
  matched: number | null
  rights: Rights
}

/** A page of the table, with what narrows and orders it. */
export const RowsTab = ({ table, matched, rights }: Props) => {
  const words = useLaterText().datasets
  const { view } = useDatasetView()
  const mayAsk = useAppSelector(selectMayAsk)
  useGoneColumns(table.id, table.columns)
  const { page: number, size, sort, version } = view
  const query: RowsQuery = { id: table.id, ...narrowedBy(view), sort, size, page: number }
  const { data, currentData, error, isError, isFetching, refetch } = useGetRowsQuery(
    mayAsk ? query : skipToken,
  )
  const { page, stale } = rowsToShow(query, { data, currentData, waiting: isFetching || !mayAsk })
  const failed = isError && !isFetching
  const notice = (): ReactNode => {
    if (failed && !page) return <Failure title={words.grid.failed} error={error} onRetry={refetch} />
    if (!page) return <Loading />
    if (page.rows.length > 0) return null
    return <NoRows />
  }
  const shown = useMemo(() => columnsInView(table.columns, view), [table.columns, view])
  const hits = useHits(table.id, page, shown)
  const editable = version === null && rights.mayEdit && !stale
  return (
    <>
      <div className={classes.tools}>
        <FilterChips columns={table.columns} />
        <SearchBox hits={hits} matched={matched} />
        <ColumnsMenu table={table} mayAdd={version === null && rights.mayEdit} />
        {version !== null ? (
          <Hint>{words.grid.readOnly}</Hint>
        ) : (
          <AddRow table={table} mayEdit={rights.mayEdit} />
        )}
      </div>
      {failed && page && <Failure title={words.grid.old} error={error} onRetry={refetch} />}
      {page && !stale && page.rows.length < page.query.size && page.next !== null && <CutPage page={page} />}
      <SearchedText value={view.q}>
        <DataGrid
          key={table.id}
          id={table.id}
          name={table.name}
          known={table.columns}
          columns={shown}
          page={page}
          notice={notice()}
          total={matched}
          editable={editable}
          marked={view.at}
          stale={stale}
          hit={hits.current}
        />
      </SearchedText>
      {(number > 1 || !page || page.rows.length > 0) && (
        <RowPager id={table.id} total={matched} page={page} />
      )}
    </>
  )
}
