import { Alert, Button, PasswordInput, Skeleton, TextInput } from '@mantine/core'
import { useRef, useState } from 'react'
import { useListLinksQuery, useMakeLinkMutation, useRemoveLinkMutation } from '../../api/linksApi'
import { detailOf } from '../../api/problem'
import type { LinkRef, NewLink } from '../../api/types'
import { useText } from '../../i18n/language'
import { useLaterText } from '../../i18n/later'
import { formatMoment } from '../../shared/format'
import classes from './FileLinks.module.css'
import { NewLinkAddress } from './NewLinkAddress'

type NewProps = { busy: boolean; onMake: (wanted: NewLink) => Promise<boolean> }

/** What a new link is to be; both fields can stay empty. */
const NewLinkForm = ({ busy, onMake }: NewProps) => {
  const words = useLaterText().links
  const { auth } = useText()
  const [until, setUntil] = useState('')
  const [password, setPassword] = useState('')
  const [past, setPast] = useState(false)
  const submit = async () => {
    const isPast = until !== '' && new Date(until).getTime() <= Date.now()
    setPast(isPast)
    if (isPast) return
    const expires_at = until === '' ? null : new Date(until).toISOString()
    if (!(await onMake({ expires_at, password: password === '' ? null : password }))) return
    setUntil('')
    setPassword('')
  }
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <TextInput
        size="xs"
        type="datetime-local"
        label={words.until}
        value={until}
        error={past ? words.past : undefined}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
      <PasswordInput
        size="xs"
        label={words.newPassword}
        autoComplete="new-password"
        maxLength={1024}
        visibilityToggleButtonProps={{ 'aria-label': auth.showPassword, 'aria-hidden': false, tabIndex: 0 }}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <Button size="xs" type="submit" loading={busy}>
        {words.make}
      </Button>
    </form>
  )
}

const LinkItem = ({ link, onTake }: { link: LinkRef; onTake: () => void }) => {
  const words = useLaterText().links
  const made = formatMoment(link.created_at)
  const end = link.expires_at
  const isOver = end !== null && new Date(end).getTime() <= Date.now()
  const time = end === null ? words.endless : (isOver ? words.ended : words.ends)(formatMoment(end))
  return (
    <li className={classes.link}>
      <span className={classes.facts}>
        <span>{words.made(made)}</span>
        <span className={classes.soft}>
          {time}, {link.has_password ? words.withPassword : words.withoutPassword}
        </span>
      </span>
      <Button size="compact-sm" variant="default" aria-label={words.take(made)} onClick={onTake}>
        {words.takeWord}
      </Button>
    </li>
  )
}

/** The links to a file, for people without an account: making one, and taking it back. */
export const FileLinks = ({ fileId }: { fileId: string }) => {
  const words = useLaterText().links
  const { data, error } = useListLinksQuery(fileId)
  const [make, making] = useMakeLinkMutation()
  const [remove, removing] = useRemoveLinkMutation()
  const section = useRef<HTMLElement>(null)
  const fresh = making.data
  const failure = making.error ?? removing.error ?? error
  const onMake = async (wanted: NewLink) => {
    removing.reset()
    return 'data' in (await make({ fileId, ...wanted }))
  }
  const onTake = (id: string) => {
    // The address of a link that is taken back is of no use; a failed try is over with the next one.
    if (fresh === undefined || fresh.id === id) making.reset()
    void remove({ fileId, id })
    // The button that has the focus goes with its link.
    section.current?.focus()
  }
  return (
    <section ref={section} tabIndex={-1} aria-labelledby="links-title" className={classes.links}>
      <h3 id="links-title" className={classes.head}>
        {words.title}
      </h3>
      <p className={classes.note}>{words.note}</p>
      {failure && (
        <Alert color="red" variant="light" role="alert" mb="sm">
          {detailOf(failure)}
        </Alert>
      )}
      <NewLinkForm busy={making.isLoading} onMake={onMake} />
      <div role="status">
        {fresh && <NewLinkAddress key={fresh.id} url={fresh.url} />}
        {!fresh && removing.isSuccess && <p className={classes.note}>{words.taken}</p>}
      </div>
      {data ? (
        <ul className={classes.list} aria-labelledby="links-title">
          {data.map((link) => (
            <LinkItem key={link.id} link={link} onTake={() => onTake(link.id)} />
          ))}
        </ul>
      ) : (
        !error && <Skeleton height={34} aria-busy="true" />
      )}
    </section>
  )
}
