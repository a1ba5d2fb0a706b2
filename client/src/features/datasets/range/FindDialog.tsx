import { Alert, Button, Checkbox, Group, Modal, NativeSelect, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import {
  type FindOrder,
  type FoundCells,
  useFindCellsMutation,
  useReplaceCellsMutation,
} from '../../../api/cellEdits'
import { detailOf, isProblem } from '../../../api/problem'
import { useText } from '../../../i18n/language'
import { laterText, useLaterText } from '../../../i18n/later'
import { useDrafts } from '../../../shared/drafts'
import { toastNote } from '../../../shared/toast'
import { useAppDispatch } from '../../../store/hooks'
import { versionMade } from '../editStackSlice'
import { ChangeTable } from './ChangeTable'
import type { RangeFrame } from './rangeFrame'

const CHANGED = 412
const MESSAGE_MAX = 100

type Choice = Omit<FindOrder, 'columns'> & { selected: boolean }

const START: Choice = { find: '', replace: '', case: false, whole: false, regex: false, selected: false }

const short = (text: string) => (text.length > MESSAGE_MAX ? `${text.slice(0, MESSAGE_MAX)}…` : text)

/** Counts first; what was counted is replaced, unless the table has changed since. */
const useFinding = (id: string, order: FindOrder, onDone: () => void) => {
  const dispatch = useAppDispatch()
  const [find, finding] = useFindCellsMutation()
  const [replace, replacing] = useReplaceCellsMutation()
  const [found, setFound] = useState<FoundCells | null>(null)
  const [reason, setReason] = useState<string | null>(null)
  const failed = (error: unknown) => {
    const isOld = isProblem(error) && error.status === CHANGED
    if (isOld) setFound(null)
    setReason(isOld ? laterText().cells.tableChanged : detailOf(error))
  }
  const replaceAll = async ({ version, misfits }: FoundCells) => {
    const words = laterText().cells
    const message = words.replaceMessage(short(order.find), short(order.replace))
    const onMisfit = misfits > 0 ? 'skip' : 'refuse'
    const done = await replace({ id, base: version, order, onMisfit, message }).unwrap()
    if (done.changing > 0) dispatch(versionMade({ id, version: done.version }))
    toastNote(words.replaced(done.changing, done.misfits))
    onDone()
  }
  return {
    found,
    reason,
    isBusy: finding.isLoading || replacing.isLoading,
    forget: () => {
      setFound(null)
      setReason(null)
    },
    count: () => {
      setReason(null)
      find({ id, order }).unwrap().then(setFound, failed)
    },
    replaceAll: (counted: FoundCells) => void replaceAll(counted).catch(failed),
  }
}

const Found = ({ found }: { found: FoundCells }) => {
  const words = useLaterText().cells
  return (
    <Stack gap="xs">
      <div role="status">
        {words.found(found.cells, found.changing, found.rows)}{' '}
        {found.misfits > 0 && words.misfits(found.misfits)}
      </div>
      <ChangeTable
        changes={found.examples.map(({ _rid, column, before, after, fits }) => ({
          key: `${_rid} ${column}`,
          row: null,
          column,
          before,
          after,
          fits,
        }))}
      />
    </Stack>
  )
}

type FieldsProps = { choice: Choice; names: string[]; onChange: (change: Partial<Choice>) => void }

const Fields = ({ choice, names, onChange }: FieldsProps) => {
  const words = useLaterText().cells
  const ticks = [
    ['case', words.matchCase],
    ['whole', words.wholeCell],
    ['regex', words.regex],
  ] as const
  return (
    <>
      <TextInput
        data-autofocus
        label={words.findText}
        value={choice.find}
        onChange={(event) => onChange({ find: event.currentTarget.value })}
      />
      <TextInput
        label={words.replaceText}
        description={choice.regex ? words.regexHint : undefined}
        value={choice.replace}
        onChange={(event) => onChange({ replace: event.currentTarget.value })}
      />
      <Group gap="md">
        {ticks.map(([key, label]) => (
          <Checkbox
            key={key}
            size="sm"
            label={label}
            checked={choice[key]}
            onChange={(event) => onChange({ [key]: event.currentTarget.checked })}
          />
        ))}
      </Group>
      <NativeSelect
        label={words.where}
        description={words.wholeTable}
        data={[
          { value: 'all', label: words.inAll },
          { value: 'selected', label: words.inSelected(names.join(', ')) },
        ]}
        value={choice.selected ? 'selected' : 'all'}
        onChange={(event) => onChange({ selected: event.currentTarget.value === 'selected' })}
      />
    </>
  )
}

/** Finds texts in cells and replaces all of them; what would become of them is shown first. */
export const FindDialog = ({ frame, onClose }: { frame: RangeFrame; onClose: () => void }) => {
  const { shared } = useText()
  const words = useLaterText().cells
  const [names] = useState(() =>
    frame.columns.slice(frame.range.left, frame.range.right + 1).map(({ name }) => name),
  )
  const [choice, setChoice] = useState<Choice>(START)
  const { selected, ...rest } = choice
  const order: FindOrder = { ...rest, ...(selected && { columns: names }) }
  const { found, reason, isBusy, forget, count, replaceAll } = useFinding(frame.id, order, onClose)
  useDrafts(() => [{ label: words.replaceText, text: choice.replace }])
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={false}
      size={720}
      title={words.findTitle}
      closeButtonProps={{ 'aria-label': shared.close }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (choice.find !== '') count()
        }}
      >
        <Stack gap="sm">
          <Fields
            choice={choice}
            names={names}
            onChange={(change) => {
              forget()
              setChoice({ ...choice, ...change })
            }}
          />
          {reason !== null && (
            <Alert color="red" role="alert">
              {reason}
            </Alert>
          )}
          {found && <Found found={found} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {shared.cancel}
            </Button>
            <Button type="submit" variant="default" loading={isBusy} disabled={choice.find === ''}>
              {words.count}
            </Button>
            <Button
              loading={isBusy}
              disabled={!found || found.changing === 0}
              onClick={() => found && replaceAll(found)}
            >
              {words.replace}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
