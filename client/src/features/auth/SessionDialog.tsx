import { Anchor, Modal } from '@mantine/core'
import { useLoginMutation, useLogoutMutation } from '../../api/authApi'
import { selectSession } from '../../api/session'
import { useAppSelector } from '../../app/hooks'
import { CredentialsForm } from './CredentialsForm'
import { refusalText } from './refusal'

const nothing = () => undefined

/** The session has ended while work was going on: sign in right here, and everything goes on. */
export const SessionDialog = () => {
  const { status, user } = useAppSelector(selectSession)
  const [login, { isLoading, error }] = useLoginMutation()
  const [logout] = useLogoutMutation()
  return (
    <Modal
      opened={status === 'expired'}
      onClose={nothing}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title="Sign in again"
      centered
      size="sm"
    >
      <p style={{ marginTop: 0 }}>
        Your session has ended. Nothing is lost, uploads go on after you sign in.
      </p>
      {user && (
        <CredentialsForm
          fixedName={user.username}
          action="Sign in"
          busy={isLoading}
          refusal={refusalText(error)}
          onSubmit={(username, password) => void login({ username, password })}
        />
      )}
      <p style={{ marginBottom: 0, textAlign: 'center' }}>
        <Anchor component="button" type="button" size="sm" onClick={() => void logout()}>
          Sign in as somebody else
        </Anchor>
      </p>
    </Modal>
  )
}
