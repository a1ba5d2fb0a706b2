import { Alert, Button, Checkbox, Group, Modal, NumberInput, PasswordInput, TextInput } from '@mantine/core'
import { type FormEvent, type ReactNode, useState } from 'react'
import { type AdminUser, useAddUserMutation, useChangeUserMutation } from '../../api/adminApi'
import { detailOf } from '../../api/problem'
import { useText } from '../../i18n/language'
import { useLaterText } from '../../i18n/later'

const GIGABYTE = 1e9

type FrameProps = {
  title: string
  action: string
  busy: boolean
  error: unknown
  onClose: () => void
  onSend: () => Promise<{ error?: unknown }>
  children: ReactNode
}

/** A form that closes when the server has taken it. */
export const FormDialog = ({ title, action, busy, error, onClose, onSend, children }: FrameProps) => {
  const words = useText().shared
  const send = async (event: FormEvent) => {
    event.preventDefault()
    const { error } = await onSend()
    if (error === undefined) onClose()
  }
  return (
    <Modal opened onClose={onClose} title={title} centered closeButtonProps={{ 'aria-label': words.close }}>
      <form onSubmit={(event) => void send(event)}>
        {error !== undefined && (
          <Alert color="red" variant="light" role="alert" mb="sm">
            {detailOf(error)}
          </Alert>
        )}
        {children}
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            {words.cancel}
          </Button>
          <Button type="submit" loading={busy}>
            {action}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}

const PasswordField = ({ value, onChange }: { value: string; onChange: (value: string) => void }) => {
  const words = useText().auth
  return (
    <PasswordInput
      label={useLaterText().admin.users.password}
      description={words.passwordHint}
      autoComplete="new-password"
      required
      withAsterisk={false}
      visibilityToggleButtonProps={{ 'aria-label': words.showPassword, 'aria-hidden': false, tabIndex: 0 }}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}

export const AddUserDialog = ({ onClose }: { onClose: () => void }) => {
  const words = useLaterText().admin.users
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const [isAdmin, setIsAdmin] = useState(false)
  const [add, { isLoading, error }] = useAddUserMutation()
  return (
    <FormDialog
      title={words.add}
      action={words.make}
      busy={isLoading}
      error={error}
      onClose={onClose}
      onSend={() => add({ username, password, is_admin: isAdmin })}
    >
      <TextInput
        label={words.name}
        required
        withAsterisk={false}
        autoComplete="off"
        data-autofocus
        value={username}
        onChange={(event) => setUsername(event.currentTarget.value)}
      />
      <PasswordField value={password} onChange={setPassword} />
      <Checkbox
        mt="sm"
        label={words.isAdmin}
        checked={isAdmin}
        onChange={(event) => setIsAdmin(event.currentTarget.checked)}
      />
    </FormDialog>
  )
}

type UserProps = { user: AdminUser; onClose: () => void }

export const PasswordDialog = ({ user, onClose }: UserProps) => {
  const words = useLaterText().admin.users
  const [password, setPassword] = useState('')
  const [change, { isLoading, error }] = useChangeUserMutation()
  return (
    <FormDialog
      title={words.resetOf(user.username)}
      action={words.reset}
      busy={isLoading}
      error={error}
      onClose={onClose}
      onSend={() => change({ id: user.id, password })}
    >
      <PasswordField value={password} onChange={setPassword} />
    </FormDialog>
  )
}

export const QuotaDialog = ({ user, onClose }: UserProps) => {
  const words = useLaterText().admin.users
  const [gigabytes, setGigabytes] = useState<number | string>(
    user.quota_bytes === null ? '' : user.quota_bytes / GIGABYTE,
  )
  const [change, { isLoading, error }] = useChangeUserMutation()
  const quota = gigabytes === '' ? null : Math.round(Number(gigabytes) * GIGABYTE)
  return (
    <FormDialog
      title={words.quotaOf(user.username)}
      action={words.save}
      busy={isLoading}
      error={error}
      onClose={onClose}
      onSend={() => change({ id: user.id, quota_bytes: quota })}
    >
      <NumberInput
        label={words.gigabytes}
        description={words.quotaWords}
        min={0}
        max={9e6}
        decimalScale={9}
        hideControls
        data-autofocus
        value={gigabytes}
        onChange={setGigabytes}
      />
    </FormDialog>
  )
}
