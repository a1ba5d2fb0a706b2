import { Alert, Button, Skeleton } from '@mantine/core'
import { skipToken } from '@reduxjs/toolkit/query'
import { CircleAlert, Plus, SearchX } from 'lucide-react'
import { useState } from 'react'
import { type RowsQuery, useGetRowsQuery } from '../../api/datasetsApi'
import { detailOf } from '../../api/problem'
import { selectSessionStatus } from '../../api/session'
import type { Table } from '../../api/types'
import { useAppSelector } from '../../app/hooks'
import { useText } from '../../i18n/language'
import { AddRowDialog } from './AddRowDialog'
import classes from './Dataset.module.css'
import { FilterChips } from './FilterChips'
import { DataGrid } from './grid/DataGrid'
import { ROW_HEIGHT } from './grid/layout'
import { RowPager } from './RowPager'
import { useDatasetView } from './useDatasetView'

const NoRows = ({ filtered, onClear }: { filtered: boolean; onClear: () => void }) => {
  const words = useText().datasets.grid
  return (
    <div className={classes.nothing}>
      <SearchX size={32} strokeWidth={1.25} aria-hidden />
      <h2>{words.none}</h2>
      <p>{filtered ? words.noneWords : words.noRows}</p>
      {filtered && (
        <Button variant="default" onClick={onClear}>
          {words.clearFilters}
        </Button>
      )}
    </div>
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

const AddRow = ({ table }: { table: Table }) => {
  const words = useText().datasets
  const [open, setOpen] = useState(false)
  return (
    <>
      <span className={`${classes.hint} ${classes.keys}`}>{words.grid.hint}</span>
      <Button
        size="xs"
        variant="default"
        leftSection={<Plus size={15} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {words.edit.add}
      </Button>
      {open && <AddRowDialog table={table} onClose={() => setOpen(false)} />}
    </>
  )
}

/** A page of the table, with what narrows and orders it. */
export const RowsTab = ({ table }: { table: Table }) => {
  const { datasets: words, shared } = useText()
  const { view, change } = useDatasetView()
  const signedIn = useAppSelector((state) => selectSessionStatus(state) === 'in')
  const { filters, page: pageNumber, size, sort, version } = view
  const query: RowsQuery = { id: table.id, version, sort, filters, size, page: pageNumber }
  const { data, currentData, error, isError, isFetching, refetch } = useGetRowsQuery(
    signedIn ? query : skipToken,
  )
  const page = currentData ?? data
  if (!page && isError)
    return (
      <Alert color="red" icon={<CircleAlert size={18} />} title={words.notLoaded}>
        {detailOf(error)}{' '}
        {filters.length > 0 && (
          <Button size="compact-sm" variant="default" onClick={() => change({ filters: [] })}>
            {words.grid.clearFilters}
          </Button>
        )}{' '}
        <Button size="compact-sm" variant="default" onClick={refetch}>
          {shared.tryAgain}
        </Button>
      </Alert>
    )
  return (
    <>
      <div className={classes.tools}>
        <FilterChips columns={table.columns} />
        {version === null ? (
          <AddRow table={table} />
        ) : (
          <span className={classes.hint}>{words.grid.readOnly}</span>
        )}
      </div>
      {!page ? (
        <Loading />
      ) : page.rows.length === 0 ? (
        <NoRows filtered={filters.length > 0} onClear={() => change({ filters: [] })} />
      ) : (
        <DataGrid
          key={table.id}
          name={table.name}
          columns={table.columns}
          page={page}
          view={query}
          total={table.matched}
          editable={version === null}
          marked={view.at}
          refreshing={isFetching && currentData === undefined}
        />
      )}
      {page && (page.rows.length > 0 || pageNumber > 1) && (
        <RowPager total={table.matched} here={page.rows.length} hasNext={page.next !== null} />
      )}
    </>
  )
}
