import { Alert, Anchor } from '@mantine/core'
import { useState } from 'react'
import { useLocation } from 'react-router'
import { useLoginMutation, useRegisterMutation, useSignInWaysQuery } from '../../api/authApi'
import { text, useText } from '../../i18n/language'
import { Mark } from '../../shared/Mark'
import { toastNote } from '../../shared/toast'
import { CredentialsForm } from './CredentialsForm'
import { LanguageChoice } from './LanguageChoice'
import classes from './LoginPage.module.css'
import { ProviderLink } from './ProviderLink'
import { refusalText } from './refusal'

/** Sign in, or make an account; a new account is signed in at once. `from` is opened after signing in elsewhere. */
export const LoginPage = ({ from }: { from: string }) => {
  const words = useText().auth
  const { data: ways, isLoading } = useSignInWaysQuery()
  const [refused, setRefused] = useState(new URLSearchParams(useLocation().search).get('refused'))
  const [registering, setRegistering] = useState(false)
  const [login, signingIn] = useLoginMutation()
  const [register, making] = useRegisterMutation()

  const submit = async (username: string, password: string) => {
    setRefused(null)
    if (!registering) return void (await login({ username, password }))
    const { data: made } = await register({ username, password })
    if (!made) return
    await login({ username, password })
    // Wide letters are kept as plain ones: whoever looks for that name has to know.
    if (made.username !== username.normalize()) toastNote(text().auth.keptAs(made.username))
  }
  const turn = () => {
    signingIn.reset()
    making.reset()
    setRegistering(!registering)
  }
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <Mark size={40} />
        <h1>{registering ? words.createTitle : words.signInTitle}</h1>
        <p className={classes.tagline}>{words.tagline}</p>
        {refused && (
          <Alert color="red" variant="light" role="alert" mb="sm">
            {words.refused[refused] ?? words.refused.sign_in_failed}
          </Alert>
        )}
        {(ways?.password ?? !isLoading) && (
          <CredentialsForm
            key={registering ? 'register' : 'login'}
            action={registering ? words.createAccount : words.signIn}
            newAccount={registering}
            busy={signingIn.isLoading || making.isLoading}
            refusal={refusalText(making.error ?? signingIn.error)}
            onSubmit={submit}
          />
        )}
        <ProviderLink from={from} />
        {(ways?.registration ?? !isLoading) && (
          <p className={classes.turn}>
            {registering ? words.haveAccount : words.newHere}{' '}
            <Anchor component="button" type="button" size="sm" onClick={turn}>
              {registering ? words.signIn : words.createTitle}
            </Anchor>
          </p>
        )}
        <p className={classes.turn}>
          <LanguageChoice />
        </p>
      </div>
    </main>
  )
}
