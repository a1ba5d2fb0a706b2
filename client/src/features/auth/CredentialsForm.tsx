import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { CircleAlert } from 'lucide-react'
import { useState } from 'react'
import { useText } from '../../i18n/language'

type Props = {
  /** A name that is already settled and cannot be changed. */
  fixedName?: string
  action: string
  newAccount?: boolean
  busy: boolean
  refusal: string | null
  onSubmit: (username: string, password: string) => void
}

/** Name and password, for signing in, registering, and signing in again. */
export const CredentialsForm = ({
  fixedName,
  action,
  newAccount = false,
  busy,
  refusal,
  onSubmit,
}: Props) => {
  const words = useText().auth
  const [username, setUsername] = useState(fixedName ?? '')
  const [password, setPassword] = useState('')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit(username.trim(), password)
      }}
    >
      <Stack gap="sm">
        {refusal && (
          <Alert color="red" variant="light" role="alert" icon={<CircleAlert size={18} />}>
            {refusal}
          </Alert>
        )}
        <TextInput
          label={words.username}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          readOnly={fixedName !== undefined}
          autoFocus={fixedName === undefined}
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
        />
        <PasswordInput
          label={words.password}
          name="password"
          autoComplete={newAccount ? 'new-password' : 'current-password'}
          description={newAccount ? words.passwordHint : undefined}
          required
          withAsterisk={false}
          data-autofocus={fixedName !== undefined || undefined}
          visibilityToggleButtonProps={{
            'aria-label': words.showPassword,
            'aria-hidden': false,
            tabIndex: 0,
          }}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" loading={busy} mt={6} fullWidth>
          {action}
        </Button>
      </Stack>
    </form>
  )
}
