import { Alert, Button, Checkbox, Group, Modal, NativeSelect, Stack, Textarea } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useText } from '../../../i18n/language'
import { laterText, useLaterText } from '../../../i18n/later'
import { useDrafts } from '../../../shared/drafts'
import { useAppDispatch } from '../../../store/hooks'
import { ChangeTable, type ShownChange } from './ChangeTable'
import { makeEdit, reasonOf } from './carryOut'
import { cellsOf, type Separator, separatorOf } from './pasted'
import type { RangeFrame } from './rangeFrame'
import { type Plan, usePlan } from './usePlan'

const SHOWN = 20
const SEPARATORS: Separator[] = ['\t', ';', ',', 'none']

type Ready = Exclude<Plan, { reason: string }>

const shownOf = ({ edit, checked }: Ready): ShownChange[] => {
  const misfits = new Set(checked.misfits.map(({ _rid, column }) => `${_rid} ${column}`))
  return edit.changes.slice(0, SHOWN).map(({ rid, number, column, before, after }) => {
    const key = `${rid} ${column}`
    return { key, row: number, column, before, after, fits: !misfits.has(key) }
  })
}

const What = ({ plan }: { plan: Ready }) => {
  const words = useLaterText().cells
  const { edit, checked } = plan
  return (
    <Stack gap="xs">
      <div role="status">
        {edit.changes.length === 0 ? words.nothing : words.willChange(edit.changes.length)}{' '}
        {checked.misfit_count > 0 && words.misfits(checked.misfit_count)}{' '}
        {edit.beside > 0 && words.beside(edit.beside)}
      </div>
      <ChangeTable changes={shownOf(plan)} />
    </Stack>
  )
}

type Props = { frame: RangeFrame; text: string; onClose: () => void }

const Preview = ({ frame, text, onClose }: Props) => {
  const { shared } = useText()
  const words = useLaterText().cells
  const dispatch = useAppDispatch()
  const [separator, setSeparator] = useState<Separator>(() => separatorOf(text))
  const [withAdded, setWithAdded] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)
  const [sending, setSending] = useState(false)
  const block = useMemo(() => cellsOf(text, separator), [text, separator])
  const plan = usePlan(frame, block)
  const ready = plan && 'edit' in plan ? plan : null
  const reason = refusal ?? (plan && 'reason' in plan ? plan.reason : null)
  const misfits = ready?.checked.misfit_count ?? 0
  const send = async ({ edit }: Ready) => {
    setSending(true)
    const message = laterText().cells.pasteMessage
    try {
      await dispatch(
        makeEdit({ id: frame.id, edit, withAdded, onMisfit: misfits > 0 ? 'skip' : 'refuse', message }),
      )
      onClose()
    } catch (error) {
      setRefusal(reasonOf(error))
      setSending(false)
    }
  }
  return (
    <Stack gap="sm">
      <NativeSelect
        size="xs"
        label={words.separator}
        data={SEPARATORS.map((value) => ({ value, label: words.separators[value] }))}
        value={separator}
        onChange={({ currentTarget }) =>
          setSeparator(SEPARATORS.find((each) => each === currentTarget.value) ?? 'none')
        }
      />
      {reason !== null && (
        <Alert color="red" role="alert">
          {reason}
        </Alert>
      )}
      {plan === null && <div role="status">{words.preparing}</div>}
      {ready && <What plan={ready} />}
      {ready && ready.edit.added.length > 0 && (
        <Checkbox
          size="sm"
          label={words.addRows(ready.edit.added.length)}
          checked={withAdded}
          onChange={(event) => setWithAdded(event.currentTarget.checked)}
        />
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {shared.cancel}
        </Button>
        <Button
          data-autofocus
          loading={sending}
          disabled={!ready || (ready.edit.changes.length === 0 && !withAdded)}
          onClick={() => ready && void send(ready)}
        >
          {misfits > 0 ? words.changeRest : words.change}
        </Button>
      </Group>
    </Stack>
  )
}

/** The text of a clipboard that the page was not given is pasted here. */
const TextStep = ({ onText }: { onText: (text: string) => void }) => {
  const words = useLaterText().cells
  return (
    <Textarea
      data-autofocus
      label={words.pasteText}
      minRows={6}
      autosize
      maxRows={12}
      onPaste={(event) => {
        event.preventDefault()
        onText(event.clipboardData.getData('text/plain'))
      }}
    />
  )
}

/** What a block of cells would change, before it does. */
export const PasteDialog = ({ frame, text, onClose }: Omit<Props, 'text'> & { text: string | null }) => {
  const { shared } = useText()
  const words = useLaterText().cells
  const [pasted, setPasted] = useState(text)
  useDrafts(() => (pasted ? [{ label: words.pasteTitle, text: pasted }] : []))
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={false}
      size={720}
      title={words.pasteTitle}
      closeButtonProps={{ 'aria-label': shared.close }}
    >
      {pasted === null ? (
        <TextStep onText={setPasted} />
      ) : (
        <Preview frame={frame} text={pasted} onClose={onClose} />
      )}
    </Modal>
  )
}
