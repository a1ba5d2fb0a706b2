import { Alert, Button, Group, Modal, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useText } from '../../i18n/language'

type Props = {
  title: string
  label: string
  description?: string
  first: string
  action: string
  busy?: boolean
  refusal?: string | null
  onClose: () => void
  onName: (name: string) => void
}

/** Asks for a name. */
export const NameDialog = ({
  title,
  label,
  description,
  first,
  action,
  busy,
  refusal,
  onClose,
  onName,
}: Props) => {
  const words = useText().shared
  const [name, setName] = useState(first)
  return (
    <Modal opened onClose={onClose} title={title} centered closeButtonProps={{ 'aria-label': words.close }}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() !== '') onName(name.trim())
        }}
      >
        {refusal && (
          <Alert color="red" variant="light" role="alert" mb="sm">
            {refusal}
          </Alert>
        )}
        <TextInput
          label={label}
          description={description}
          value={name}
          maxLength={200}
          data-autofocus
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            {words.cancel}
          </Button>
          <Button type="submit" loading={busy ?? false} disabled={name.trim() === ''}>
            {action}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}
