import { Button, Skeleton } from '@mantine/core'
import { type AuditRow, useListAuditInfiniteQuery } from '../../api/adminApi'
import { NotLoaded } from '../../display/NotLoaded'
import { useLaterText } from '../../i18n/later'
import { formatMoment } from '../../shared/format'
import { Name } from '../../shared/Name'
import { SectionHead } from '../../shared/SectionHead'
import { AdminTable } from './AdminTable'

const Row = ({ row }: { row: AuditRow }) => {
  const words = useLaterText().admin.audit
  const detail = Object.keys(row.detail).length === 0 ? '' : JSON.stringify(row.detail)
  return (
    <tr>
      <td>
        <time dateTime={row.at}>{formatMoment(row.at)}</time>
      </td>
      <td>{row.actor === null ? words.machine : <Name>{row.actor}</Name>}</td>
      <td>
        <code>{row.action}</code>
      </td>
      <td>
        <Name>{row.subject}</Name>
      </td>
      <td>{detail && <code>{detail}</code>}</td>
    </tr>
  )
}

/** Who did what to accounts and rights, the youngest first. */
export const AuditTab = () => {
  const words = useLaterText().admin.audit
  const { data, error, isError, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } =
    useListAuditInfiniteQuery()
  const rows = data?.pages.flat() ?? []
  return (
    <section aria-labelledby="audit-title">
      <SectionHead id="audit-title" title={words.title} />
      {isError && <NotLoaded title={words.notLoaded} error={error} onRetry={refetch} />}
      {!data && !isError && <Skeleton height={200} aria-busy="true" />}
      {data && rows.length === 0 && <p>{words.none}</p>}
      {rows.length > 0 && (
        <AdminTable
          label={words.list}
          heads={[words.at, words.actor, words.action, words.subject, words.detail]}
        >
          {rows.map((row) => (
            <Row key={row.id} row={row} />
          ))}
        </AdminTable>
      )}
      {hasNextPage && (
        <Button
          size="xs"
          variant="default"
          mt="sm"
          loading={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {words.more}
        </Button>
      )}
    </section>
  )
}
