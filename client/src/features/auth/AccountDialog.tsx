import { Alert, Button, Modal, PasswordInput, Skeleton } from '@mantine/core'
import { useState } from 'react'
import {
  useChangePasswordMutation,
  useEndSessionsMutation,
  useListSessionsQuery,
  useSignInWaysQuery,
} from '../../api/authApi'
import { detailOf } from '../../api/problem'
import type { SessionRef } from '../../api/types'
import { text, useText } from '../../i18n/language'
import { formatTime } from '../../shared/format'
import { toastNote } from '../../shared/toast'
import classes from './AccountDialog.module.css'
import { PartHead, PartItem, PartList } from './AccountPart'
import { ApiKeys } from './ApiKeys'
import { Stored } from './Stored'

const PasswordForm = () => {
  const words = useText().auth
  const [old, setOld] = useState('')
  const [fresh, setFresh] = useState('')
  const [change, { isLoading, error }] = useChangePasswordMutation()
  const eye = { 'aria-label': words.showPassword, 'aria-hidden': false, tabIndex: 0 }
  return (
    <form
      className={classes.form}
      onSubmit={async (event) => {
        event.preventDefault()
        if ('error' in (await change({ old, new: fresh }))) return
        setOld('')
        setFresh('')
        toastNote(text().auth.account.changed)
      }}
    >
      {error && (
        <Alert color="red" variant="light" role="alert">
          {detailOf(error)}
        </Alert>
      )}
      <PasswordInput
        label={words.account.old}
        autoComplete="current-password"
        required
        withAsterisk={false}
        visibilityToggleButtonProps={eye}
        data-autofocus
        value={old}
        onChange={(event) => setOld(event.currentTarget.value)}
      />
      <PasswordInput
        label={words.account.fresh}
        description={words.passwordHint}
        autoComplete="new-password"
        required
        withAsterisk={false}
        visibilityToggleButtonProps={eye}
        value={fresh}
        onChange={(event) => setFresh(event.currentTarget.value)}
      />
      <Button type="submit" loading={isLoading}>
        {words.account.change}
      </Button>
    </form>
  )
}

const SessionItem = ({ session, onEnd }: { session: SessionRef; onEnd: () => void }) => {
  const words = useText().auth.account
  return (
    <PartItem>
      <span>
        {words.since(formatTime(session.created_at))}
        {session.address && ` · ${session.address}`}
      </span>
      {session.current ? (
        <strong>{words.here}</strong>
      ) : (
        <Button size="compact-sm" variant="default" onClick={onEnd}>
          {words.end}
        </Button>
      )}
    </PartItem>
  )
}

/** One's own account: another password, where it is signed in, and what it stores. */
const AccountDialog = ({ onClose }: { onClose: () => void }) => {
  const words = useText()
  const { account } = words.auth
  const { data, error } = useListSessionsQuery()
  const { data: ways } = useSignInWaysQuery()
  const [end, ending] = useEndSessionsMutation()
  const failure = ending.error ?? error
  return (
    <Modal
      opened
      onClose={onClose}
      title={account.title}
      centered
      closeButtonProps={{ 'aria-label': words.shared.close }}
    >
      {ways?.password !== false && <PasswordForm />}
      <PartHead>{account.sessions}</PartHead>
      {failure && (
        <Alert color="red" variant="light" role="alert">
          {detailOf(failure)}
        </Alert>
      )}
      {!data && !error && <Skeleton height={60} aria-busy="true" />}
      <PartList label={account.sessions}>
        {data?.map((session) => (
          <SessionItem key={session.id} session={session} onEnd={() => void end(session.id)} />
        ))}
      </PartList>
      {data && data.length > 1 && (
        <Button size="xs" variant="default" mt="sm" onClick={() => void end(null)}>
          {account.endOthers}
        </Button>
      )}
      <ApiKeys />
      <PartHead>{account.storage}</PartHead>
      <p className={classes.stored}>
        <Stored />
      </p>
    </Modal>
  )
}

export default AccountDialog
