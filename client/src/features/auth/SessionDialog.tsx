import { Anchor, Modal } from '@mantine/core'
import { useLocation } from 'react-router'
import { useLoginMutation, useLogoutMutation, useSignInWaysQuery } from '../../api/authApi'
import { selectSession } from '../../api/session'
import { useText } from '../../i18n/language'
import { useAppSelector } from '../../store/hooks'
import { CredentialsForm } from './CredentialsForm'
import { ProviderLink } from './ProviderLink'
import { refusalText } from './refusal'

const nothing = () => undefined

/** The session has ended while work was going on: sign in right here, and everything goes on. */
export const SessionDialog = () => {
  const { status, user } = useAppSelector(selectSession)
  const words = useText().auth
  const { data: ways } = useSignInWaysQuery(undefined, { skip: status !== 'expired' })
  const { pathname, search } = useLocation()
  const [login, { isLoading, error }] = useLoginMutation()
  const [logout] = useLogoutMutation()
  return (
    <Modal
      opened={status === 'expired'}
      onClose={nothing}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={words.again}
      centered
      size="sm"
    >
      <p style={{ marginTop: 0 }}>{words.ended}</p>
      {user && ways?.password !== false && (
        <CredentialsForm
          fixedName={user.username}
          action={words.signIn}
          busy={isLoading}
          refusal={refusalText(error)}
          onSubmit={(username, password) => void login({ username, password })}
        />
      )}
      <ProviderLink from={pathname + search} />
      <p style={{ marginBottom: 0, textAlign: 'center' }}>
        <Anchor component="button" type="button" size="sm" onClick={() => void logout()}>
          {words.somebodyElse}
        </Anchor>
      </p>
    </Modal>
  )
}
