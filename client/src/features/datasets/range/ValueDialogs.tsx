import { Button, Group, Modal, NumberInput, Stack, Textarea } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { gapOf, isIn } from '../../../api/datasetsApi'
import { useText } from '../../../i18n/language'
import { laterText, useLaterText } from '../../../i18n/later'
import { useDrafts } from '../../../shared/drafts'
import { sendOnEnter } from '../../../shared/lineKeys'
import { useAppDispatch } from '../../../store/hooks'
import { useDatasetView } from '../useDatasetView'
import { makeEdit, quickEdit, reasonOf } from './carryOut'
import { filledEdit } from './changes'
import { rowCount, rowsToEdit } from './planEdit'
import type { RangeFrame } from './rangeFrame'
import { sizeOf } from './selection'

type FormProps = {
  title: string
  act: string
  loading?: boolean
  children: ReactNode
  onSubmit: () => void
  onClose: () => void
}

const FormDialog = ({ title, act, loading = false, children, onSubmit, onClose }: FormProps) => {
  const { shared } = useText()
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': shared.close }}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          onSubmit()
        }}
      >
        <Stack gap="sm">
          {children}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {shared.cancel}
            </Button>
            <Button type="submit" loading={loading}>
              {act}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

type Props = { frame: RangeFrame; onClose: () => void }

/** One value for all selected cells. */
export const FillDialog = ({ frame, onClose }: Props) => {
  const words = useLaterText().cells
  const dispatch = useAppDispatch()
  const [start] = useState(frame)
  const [text, setText] = useState('')
  const [reason, setReason] = useState<string | null>(null)
  const [sending, setSending] = useState(false)
  useDrafts(() => [{ label: words.fillTitle, text }])
  const fill = async () => {
    const { id, columns, range } = start
    setSending(true)
    try {
      const seen = await dispatch(rowsToEdit(start, rowCount(start)))
      const edit = filledEdit(seen, columns.slice(range.left, range.right + 1), text)
      const message = laterText().cells.fillMessage
      await dispatch(makeEdit({ id, edit, withAdded: false, onMisfit: 'refuse', message }))
      onClose()
    } catch (error) {
      setReason(reasonOf(error))
      setSending(false)
    }
  }
  return (
    <FormDialog
      title={words.fillTitle}
      act={words.fillDo}
      loading={sending}
      onSubmit={() => void fill()}
      onClose={onClose}
    >
      <Textarea
        data-autofocus
        autosize
        maxRows={8}
        label={words.fillValue}
        value={text}
        error={reason}
        onKeyDown={sendOnEnter}
        onChange={(event) => {
          setText(event.currentTarget.value)
          setReason(null)
        }}
      />
    </FormDialog>
  )
}

/** Emptying the cells of pages that are not seen is asked about. */
export const ClearDialog = ({ frame, onClose }: Props) => {
  const words = useLaterText().cells
  const dispatch = useAppDispatch()
  const [start] = useState(frame)
  const { rows, columns } = sizeOf(start.range, start.total)
  return (
    <FormDialog
      title={words.clearAll}
      act={words.clear}
      onSubmit={() => {
        void dispatch(quickEdit(start, 'clear'))
        onClose()
      }}
      onClose={onClose}
    >
      <p style={{ margin: 0 }}>{words.clearAllWords((rows ?? 0) * columns)}</p>
    </FormDialog>
  )
}

/** The page that has a row by its number. */
export const GoToDialog = ({ frame, onClose }: Props) => {
  const {
    cells: words,
    datasets: { pages },
  } = useLaterText()
  const { view, change } = useDatasetView()
  const [wanted, setWanted] = useState<number | string>('')
  const [reason, setReason] = useState<string | null>(null)
  const last = frame.total ?? Number.MAX_SAFE_INTEGER
  const gap = gapOf(view, frame.total ?? Number.POSITIVE_INFINITY)
  const go = () => {
    if (wanted === '') return
    const row = Math.min(last, Math.max(1, Math.trunc(Number(wanted))))
    const page = Math.ceil(row / view.size)
    // Deep in a sorted table pages have no numbers.
    if (gap && isIn(gap, page)) {
      setReason(pages.gap(gap.from, gap.to))
      return
    }
    change({ page, at: (row - 1) % view.size })
    onClose()
  }
  return (
    <FormDialog title={words.goToTitle} act={words.goToDo} onSubmit={go} onClose={onClose}>
      <NumberInput
        data-autofocus
        hideControls
        allowDecimal={false}
        allowNegative={false}
        min={1}
        label={words.goToRow}
        description={words.goToHint(last)}
        value={wanted}
        error={reason}
        onChange={(value) => {
          setWanted(value)
          setReason(null)
        }}
      />
    </FormDialog>
  )
}
