import { Anchor, Button, Group, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { Link } from 'react-router'
import { text } from '../i18n/language'
import { Name } from './Name'

export const UNDO_MS = 8000
const close = () => ({ closeButtonProps: { 'aria-label': text().shared.closeMessage } })

export const toastProblem = (title: string, detail: string) =>
  notifications.show({ ...close(), title, message: detail, color: 'red', autoClose: 8000 })

export const toastNote = (message: string) => notifications.show({ ...close(), message, autoClose: 5000 })

/** A message with a way back; `onUndo` is called at most once. Returns a function that takes it away. */
export const toastUndo = (message: string, onUndo: () => void): (() => void) => {
  const id = notifications.show({
    ...close(),
    autoClose: UNDO_MS,
    message: (
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {message}
        </Text>
        <Button
          size="compact-sm"
          variant="light"
          onClick={() => {
            notifications.hide(id)
            onUndo()
          }}
        >
          {text().shared.undo}
        </Button>
      </Group>
    ),
  })
  return () => notifications.hide(id)
}

export const toastShared = (owner: string, name: string, fileId: string) => {
  const id = notifications.show({
    ...close(),
    autoClose: 10_000,
    title: text().app.bell.shared(owner),
    message: (
      <Anchor component={Link} to={`/files/${fileId}`} size="sm" onClick={() => notifications.hide(id)}>
        <Name>{name}</Name>
      </Anchor>
    ),
  })
}
