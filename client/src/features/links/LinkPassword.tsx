import { Alert, Button, PasswordInput, Stack } from '@mantine/core'
import { CircleAlert } from 'lucide-react'
import { useState } from 'react'
import { useOpenLinkMutation } from '../../api/linksApi'
import { detailOf, type Problem } from '../../api/problem'
import { text, useText } from '../../i18n/language'
import { useLaterText } from '../../i18n/later'
import { usePageTitle } from '../../shared/usePageTitle'
import classes from './LinkPassword.module.css'
import { isNoLink } from './useLink'

type Props = {
  link: string
  /** It was open here until now. */
  ended: boolean
  onOpen: (token: string) => void
  /** There is no such link any more. */
  onOver: () => void
}

/** Why a password opens nothing, in a sentence; `wrong` is the one for a wrong password. */
const refusalOf = (error: object, wrong: string): string => {
  const { status, retryAfter } = error as Partial<Problem>
  if (status === 429 && retryAfter) return text().auth.wait(Math.ceil(retryAfter))
  return status === 401 ? wrong : detailOf(error)
}

/** Asks for the password of a link. */
export const LinkPassword = ({ link, ended, onOpen, onOver }: Props) => {
  const words = useLaterText().links
  const { auth } = useText()
  const [password, setPassword] = useState('')
  const [openLink, { isLoading, error }] = useOpenLinkMutation()
  usePageTitle(words.needsPassword)
  const submit = async () => {
    const { data, error: refused } = await openLink({ token: link, password })
    if (data) onOpen(data.token)
    else if (refused && isNoLink(refused)) onOver()
  }
  return (
    <form
      className={classes.card}
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <h1>{words.needsPassword}</h1>
      <p className={classes.words}>{ended ? words.again : words.passwordWords}</p>
      <Stack gap="sm">
        {error && (
          <Alert color="red" variant="light" role="alert" icon={<CircleAlert size={18} />}>
            {refusalOf(error, words.wrong)}
          </Alert>
        )}
        <PasswordInput
          label={words.password}
          name="link-password"
          autoComplete="off"
          required
          withAsterisk={false}
          autoFocus
          visibilityToggleButtonProps={{
            'aria-label': auth.showPassword,
            'aria-hidden': false,
            tabIndex: 0,
          }}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" loading={isLoading} fullWidth>
          {words.open}
        </Button>
      </Stack>
    </form>
  )
}
