import {
  Button,
  Group,
  Modal,
  NativeSelect,
  SegmentedControl,
  Stack,
  Textarea,
  TextInput,
} from '@mantine/core'
import { useState } from 'react'
import { COLUMN_TYPES, useAddColumnMutation } from '../../api/datasetColumns'
import { type Problem, wordsFor } from '../../api/problem'
import type { Column } from '../../api/types'
import { useText } from '../../i18n/language'
import { useLaterText } from '../../i18n/later'
import { useDrafts } from '../../shared/drafts'
import { toastNote } from '../../shared/toast'
import classes from './AddColumnDialog.module.css'

type Source = 'expression' | 'value'
/** Where a refusal stands; null: below all of them. */
const SPOTS: Readonly<Record<string, 'name' | 'type' | 'source'>> = {
  bad_column_name: 'name',
  reserved_column: 'name',
  column_exists: 'name',
  bad_expression: 'source',
  bad_cell: 'source',
  style_needed: 'type',
}

/** The code's words in the language of the page, and what the server says of the place, which no code tells. */
const refusalOf = ({ code, detail }: Problem): string => {
  const words = wordsFor(code, detail)
  return words === detail ? words : `${words} (${detail})`
}

type Props = { id: string; columns: Column[]; onClose: () => void }

/** A new column behind the others: one value for all rows, or an expression of the cells of each. */
const AddColumnDialog = ({ id, columns, onClose }: Props) => {
  const { shared } = useText()
  const { columns: words, column: said } = useLaterText().datasets
  const [name, setName] = useState('')
  const [type, setType] = useState<string>('text')
  const [source, setSource] = useState<Source>('expression')
  const [text, setText] = useState('')
  const [addColumn, { isLoading, error }] = useAddColumnMutation()
  useDrafts(() => [
    { label: said.name, text: name },
    { label: words.sources[source], text },
  ])
  const refusal = error
    ? { spot: SPOTS[(error as Problem).code] ?? null, words: refusalOf(error as Problem) }
    : null
  const at = (spot: 'name' | 'type' | 'source') => (refusal?.spot === spot ? refusal.words : undefined)
  const add = async () => {
    const given = source === 'expression' ? { expression: text } : { value: text === '' ? null : text }
    const { data } = await addColumn({ id, column: { name, type, ...given } })
    if (!data) return
    onClose()
    toastNote(said.converted(data.converted, data.missing, data.misses))
  }
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
          void add()
        }}
      >
        <Stack gap="sm">
          <TextInput
            data-autofocus
            label={said.name}
            value={name}
            error={at('name')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <NativeSelect
            label={said.type}
            data={[...COLUMN_TYPES]}
            value={type}
            error={at('type')}
            onChange={(event) => setType(event.currentTarget.value)}
          />
          <SegmentedControl
            aria-label={words.source}
            data={(['expression', 'value'] as const).map((each) => ({
              value: each,
              label: words.sources[each],
            }))}
            value={source}
            onChange={(chosen) => setSource(chosen === 'value' ? 'value' : 'expression')}
          />
          <Textarea
            autosize
            maxRows={8}
            className={classes.source}
            label={words.sources[source]}
            description={
              source === 'expression' ? words.expressionWords(columns[0]?.name ?? 'price') : words.valueWords
            }
            value={text}
            error={at('source')}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          {refusal && refusal.spot === null && (
            <p role="alert" className={classes.refusal}>
              {refusal.words}
            </p>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {shared.cancel}
            </Button>
            <Button
              type="submit"
              loading={isLoading}
              disabled={name === '' || (source === 'expression' && text.trim() === '')}
            >
              {words.add}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

export default AddColumnDialog
