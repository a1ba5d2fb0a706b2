import { NumberInput, Stack } from '@mantine/core'
import { useState } from 'react'
import { type AdminUser, useChangeUserMutation } from '../../api/adminApi'
import { useLaterText } from '../../i18n/later'
import { FormDialog } from './UserDialogs'

const LIMITS = ['limit_requests', 'limit_uploads', 'limit_bandwidth'] as const

/** How much somebody may ask at once, in place of what the server says. */
export const LimitsDialog = ({ user, onClose }: { user: AdminUser; onClose: () => void }) => {
  const words = useLaterText().admin.users
  const [limits, setLimits] = useState<Record<string, number | string>>(
    Object.fromEntries(LIMITS.map((name) => [name, user[name] ?? ''])),
  )
  const [change, { isLoading, error }] = useChangeUserMutation()
  const wanted = Object.fromEntries(
    LIMITS.map((name) => [name, limits[name] === '' ? null : Number(limits[name])]),
  )
  return (
    <FormDialog
      title={words.limitsOf(user.username)}
      action={words.save}
      busy={isLoading}
      error={error}
      onClose={onClose}
      onSend={() => change({ id: user.id, ...wanted })}
    >
      <Stack gap="sm">
        <p style={{ margin: 0 }}>{words.limitsWords}</p>
        {LIMITS.map((name, at) => (
          <NumberInput
            key={name}
            label={words[name]}
            min={0}
            max={Number.MAX_SAFE_INTEGER}
            allowDecimal={false}
            hideControls
            data-autofocus={at === 0 || undefined}
            value={limits[name] ?? ''}
            onChange={(value) => setLimits({ ...limits, [name]: value })}
          />
        ))}
      </Stack>
    </FormDialog>
  )
}
