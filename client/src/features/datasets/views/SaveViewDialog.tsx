import { Button, Checkbox, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { detailOf } from '../../../api/problem'
import { type NewView, usePutViewMutation, useRemoveViewMutation, type View } from '../../../api/viewsApi'
import { useText } from '../../../i18n/language'
import { laterText, useLaterText } from '../../../i18n/later'
import { toastNote } from '../../../shared/toast'

type Props = {
  id: string
  /** What is kept: what is shown now, or, to be called otherwise, a view that there is. */
  kept: Omit<NewView, 'name' | 'shared'>
  renamed: View | null
  views: View[]
  mayShare: boolean
  onClose: () => void
}

/** Keeps what is shown by a name, or gives a view another one. */
const SaveViewDialog = ({ id, kept, renamed, views, mayShare, onClose }: Props) => {
  const { shared: common } = useText()
  const words = useLaterText().datasets.views
  const [name, setName] = useState(renamed?.name ?? '')
  const [shared, setShared] = useState(renamed?.shared ?? false)
  const [put, { isLoading, error }] = usePutViewMutation()
  const [remove] = useRemoveViewMutation()
  const wanted = name.trim()
  const replaces = views.some((view) => view.mine && view.name === wanted && view.name !== renamed?.name)
  const save = async () => {
    const { data } = await put({ id, view: { name: wanted, shared, ...kept } })
    if (!data) return
    if (renamed && renamed.name !== wanted) await remove({ id, name: renamed.name })
    onClose()
    toastNote(laterText().datasets.views.saved(wanted))
  }
  return (
    <Modal
      opened
      onClose={onClose}
      size="sm"
      title={renamed ? words.renameTitle : words.saveTitle}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (wanted !== '') void save()
        }}
      >
        <Stack gap="sm">
          <TextInput
            data-autofocus
            label={words.name}
            description={replaces ? words.replaces : words.keeps}
            maxLength={100}
            value={name}
            error={error ? detailOf(error) : undefined}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {mayShare && (
            <Checkbox
              label={words.share}
              checked={shared}
              onChange={(event) => setShared(event.currentTarget.checked)}
            />
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {common.cancel}
            </Button>
            <Button type="submit" loading={isLoading} disabled={wanted === ''}>
              {words.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

export default SaveViewDialog
