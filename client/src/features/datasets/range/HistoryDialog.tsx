import { Alert, Button, Modal, Skeleton, Stack } from '@mantine/core'
import { useState } from 'react'
import { type CellHistory, useGetCellHistoryQuery } from '../../../api/cellEdits'
import { detailOf } from '../../../api/problem'
import { useText } from '../../../i18n/language'
import { useLaterText } from '../../../i18n/later'
import { formatFullTime, formatTime } from '../../../shared/format'
import { writtenOrNull } from '../columnTypes'
import classes from './HistoryDialog.module.css'
import type { RangeFrame } from './rangeFrame'

type Change = CellHistory['changes'][number]
type Cell = { id: string; rid: number; column: string }

const ChangeItem = ({ change }: { change: Change }) => {
  const { cells: words, datasets } = useLaterText()
  const [before, after] = [change.before, change.after].map((text) =>
    writtenOrNull(text ?? null, datasets.grid),
  )
  const what = {
    set: words.historySet(before ?? '', after ?? ''),
    added: words.historyAdded(after ?? ''),
    removed: words.historyRemoved(before ?? ''),
  }[change.what]
  return (
    <li className={classes.item}>
      <strong>{what}</strong>
      <span className={classes.when}>
        {words.version(change.version)}, {words.by(change.author ?? words.nobody)} ·{' '}
        <time dateTime={change.created_at} title={formatFullTime(change.created_at)}>
          {formatTime(change.created_at)}
        </time>
        {change.message && ` · ${change.message}`}
      </span>
    </li>
  )
}

/** The versions that one answer has looked at, and the way to those before. */
const Span = ({
  cell,
  before,
  onMore,
}: {
  cell: Cell
  before: number | null
  onMore: (next: number) => void
}) => {
  const words = useLaterText().cells
  const { data, error } = useGetCellHistoryQuery({ ...cell, before })
  const [asked, setAsked] = useState(false)
  if (error)
    return (
      <Alert color="red" role="alert">
        {detailOf(error)}
      </Alert>
    )
  if (!data) return <Skeleton height={90} aria-busy="true" />
  const { next } = data
  return (
    <>
      {data.changes.length === 0 && <p className={classes.note}>{words.historyNone}</p>}
      <ol className={classes.list}>
        {data.changes.map((change) => (
          <ChangeItem key={change.version} change={change} />
        ))}
      </ol>
      {data.is_cut && <p className={classes.note}>{words.historyCut}</p>}
      {next !== null && !asked && (
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            setAsked(true)
            onMore(next)
          }}
        >
          {words.historyMore}
        </Button>
      )}
    </>
  )
}

/** Who changed a cell, when, from what to what. */
export const HistoryDialog = ({ frame, onClose }: { frame: RangeFrame; onClose: () => void }) => {
  const { shared } = useText()
  const words = useLaterText().cells
  const [{ id, page, rows, columns, range }] = useState(frame)
  const [spans, setSpans] = useState<(number | null)[]>([null])
  const row = rows[range.top]
  const column = columns[range.left]
  if (!row || !column || !page) return null
  const cell = { id, rid: row._rid, column: column.name }
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.historyTitle(column.name, page.first + range.top)}
      closeButtonProps={{ 'aria-label': shared.close }}
    >
      <Stack gap="md">
        {spans.map((before) => (
          <Span
            key={before}
            cell={cell}
            before={before}
            onMore={(next) => setSpans((all) => [...all, next])}
          />
        ))}
      </Stack>
    </Modal>
  )
}
