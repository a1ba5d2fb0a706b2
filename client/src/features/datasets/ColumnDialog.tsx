import { Button, Group, Modal, NativeSelect, Stack, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import {
  COLUMN_TYPES,
  type ColumnWish,
  useChangeColumnMutation,
  useDropColumnMutation,
} from '../../api/datasetColumns'
import { detailOf } from '../../api/problem'
import type { Column } from '../../api/types'
import { useText } from '../../i18n/language'
import { useLaterText } from '../../i18n/later'
import { useDrafts } from '../../shared/drafts'
import { afterTyping, asShown } from '../../shared/lineEnds'
import { sendOnEnter } from '../../shared/lineKeys'
import { toastNote, toastProblem } from '../../shared/toast'
import { wishOf } from './columnTypes'
import { OfferList } from './OfferList'

type Props = { id: string; column: Column; isLast: boolean; onClose: () => void }

/** Sends what a column is to become, and tells what became of its cells. */
const useColumnChange = ({ id, column, onClose }: Props) => {
  const words = useLaterText().datasets.column
  const [changeColumn, changing] = useChangeColumnMutation()
  const [dropColumn, dropping] = useDropColumnMutation()
  const change = async (wish: ColumnWish) => {
    try {
      const made = await changeColumn({ id, column: column.name, wish }).unwrap()
      onClose()
      toastNote(
        wish.type === undefined && wish.style === undefined
          ? words.renamed
          : words.converted(made.converted, made.missing, made.misses),
      )
    } catch (error) {
      toastProblem(words.notChanged, detailOf(error))
    }
  }
  const drop = async () => {
    try {
      await dropColumn({ id, column: column.name }).unwrap()
      onClose()
      toastNote(words.dropped(column.name))
    } catch (error) {
      toastProblem(words.notChanged, detailOf(error))
    }
  }
  return { change, drop, isLoading: changing.isLoading || dropping.isLoading }
}

/** The second press drops: a column is many cells, also where all of them can be brought back. */
const DropButton = ({ disabled, onDrop }: { disabled: boolean; onDrop: () => void }) => {
  const words = useLaterText().datasets.column
  const [sure, setSure] = useState(false)
  return (
    <Button
      variant={sure ? 'filled' : 'subtle'}
      color="red"
      disabled={disabled}
      onBlur={() => setSure(false)}
      onClick={() => (sure ? onDrop() : setSure(true))}
    >
      {sure ? words.dropSure : words.drop}
    </Button>
  )
}

/** Renames a column, reads its cells as another type, or drops it. Each is a version that can be undone. */
const ColumnDialog = (props: Props) => {
  const { column, isLast, onClose } = props
  const { shared } = useText()
  const words = useLaterText().datasets.column
  const { change, drop, isLoading } = useColumnChange(props)
  const [name, setName] = useState(column.name)
  const [type, setType] = useState(column.type)
  const [style, setStyle] = useState('')
  const wish = wishOf(column, { name, type, style })
  // One's own change takes the column away too, and loses nothing.
  const written = [
    { label: words.name, text: name === column.name ? '' : name, column: column.name },
    { label: words.style, text: style, column: column.name },
  ]
  useDrafts(() => (isLoading ? [] : written))
  return (
    <Modal opened onClose={onClose} title={words.title} closeButtonProps={{ 'aria-label': shared.close }}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (wish) void change(wish)
        }}
      >
        <Stack gap="sm">
          <Textarea
            data-autofocus
            autosize
            maxRows={4}
            label={words.name}
            value={asShown(name)}
            onKeyDown={sendOnEnter}
            onChange={(event) => setName(afterTyping(name, event.currentTarget.value, column.name))}
          />
          <NativeSelect
            label={words.type}
            description={words.typeWords}
            data={[...new Set([column.type, ...COLUMN_TYPES])]}
            value={type}
            onChange={(event) => setType(event.currentTarget.value)}
          />
          <OfferList
            id={props.id}
            column={column}
            chosen={{ type, style }}
            onChoose={(offer) => {
              setType(offer.type)
              setStyle(offer.style)
            }}
          />
          <TextInput
            label={words.style}
            description={words.styleWords}
            placeholder={column.style ?? undefined}
            value={style}
            onChange={(event) => setStyle(event.currentTarget.value)}
          />
          <Group justify="space-between">
            <DropButton disabled={isLast || isLoading} onDrop={() => void drop()} />
            <Group gap="xs">
              <Button variant="default" onClick={onClose}>
                {shared.cancel}
              </Button>
              <Button type="submit" loading={isLoading} disabled={wish === null}>
                {words.change}
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

export default ColumnDialog
