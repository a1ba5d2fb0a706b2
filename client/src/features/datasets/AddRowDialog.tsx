import { Button, Group, Modal, Stack, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useAddRowMutation } from '../../api/datasetEdits'
import { detailOf } from '../../api/problem'
import type { Row, Table } from '../../api/types'
import { useText } from '../../i18n/language'
import { useLaterText } from '../../i18n/later'
import { useDrafts } from '../../shared/drafts'
import { sendOnEnter } from '../../shared/lineKeys'
import { ownValue } from '../../shared/ownValue'
import { toastProblem, toastUndo } from '../../shared/toast'
import { useAppDispatch } from '../../store/hooks'
import { readTyped } from './columnTypes'
import { versionMade } from './editStackSlice'
import { deleteAddedRow } from './removeRow'
import { UnsavedPart } from './UnsavedNotice'

type Props = { table: Table; onClose: () => void }

/** What was typed for each column, and whether it fits; an empty field is no value. */
const useNewRow = ({ id, columns }: Table, onAdded: () => void) => {
  const words = useLaterText().datasets.edit
  const dispatch = useAppDispatch()
  const [typed, setTyped] = useState<Record<string, string>>({})
  const [asked, setAsked] = useState(false)
  const [addRow, { isLoading }] = useAddRowMutation()
  const filled = columns.filter(({ name }) => (ownValue(typed, name) ?? '') !== '')
  const read = Object.fromEntries(
    filled.map((column) => [column.name, readTyped(column, ownValue(typed, column.name) ?? '')]),
  )
  const written = Object.entries(typed)
    .filter(([, text]) => text !== '')
    .map(([label, text]) => ({ label, text }))
  // Without their columns: the dialog itself says what becomes of them.
  useDrafts(() => written)
  const save = async () => {
    setAsked(true)
    const row: Row = {}
    for (const [name, cell] of Object.entries(read)) {
      if (cell.refusal !== null) return
      row[name] = cell.value
    }
    try {
      const added = await addRow({ id, row }).unwrap()
      dispatch(versionMade({ id, version: added.version }))
      onAdded()
      toastUndo(words.added, () => dispatch(deleteAddedRow(id, added)))
    } catch (error) {
      toastProblem(words.notAdded, detailOf(error))
    }
  }
  return {
    isLoading,
    save,
    /** What was written for columns that somebody has renamed or dropped meanwhile. */
    strays: written.filter(({ label }) => !columns.some(({ name }) => name === label)),
    textOf: (name: string): string => ownValue(typed, name) ?? '',
    refusalOf: (name: string) => (asked ? (ownValue(read, name)?.refusal ?? undefined) : undefined),
    type: (name: string, text: string): void => setTyped({ ...typed, [name]: text }),
  }
}

/** A new row, field by field; each must fit its column. */
export const AddRowDialog = ({ table, onClose }: Props) => {
  const { shared } = useText()
  const { edit: words, unsaved } = useLaterText().datasets
  const { isLoading, save, strays, textOf, refusalOf, type } = useNewRow(table, onClose)
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={false}
      title={words.addTitle}
      closeButtonProps={{ 'aria-label': shared.close }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <Stack gap="sm">
          <p style={{ margin: 0 }}>{words.addWords}</p>
          {strays.map((stray) => (
            <UnsavedPart key={stray.label} reason={unsaved.column(stray.label)} drafts={[stray]} />
          ))}
          {table.columns.map((column, index) => (
            <Textarea
              autosize
              maxRows={8}
              key={column.name}
              data-autofocus={index === 0 || undefined}
              label={column.name}
              description={column.type}
              value={textOf(column.name)}
              error={refusalOf(column.name)}
              onKeyDown={sendOnEnter}
              onChange={(event) => type(column.name, event.currentTarget.value)}
            />
          ))}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {shared.cancel}
            </Button>
            <Button type="submit" loading={isLoading}>
              {words.add}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
