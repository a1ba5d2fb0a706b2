import { Alert, Button, CopyButton, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAddKeyMutation, useListKeysQuery, useRemoveKeyMutation } from '../../api/keysApi'
import { detailOf } from '../../api/problem'
import { useText } from '../../i18n/language'
import { formatTime } from '../../shared/format'
import { Name } from '../../shared/Name'
import { PartHead, PartItem, PartList } from './AccountPart'
import classes from './ApiKeys.module.css'

/** Keys for the command line and programs: made, shown once, taken back. */
export const ApiKeys = () => {
  const words = useText().auth.keys
  const [name, setName] = useState('')
  const { data, error } = useListKeysQuery()
  const [add, adding] = useAddKeyMutation()
  const [remove, removing] = useRemoveKeyMutation()
  const failure = adding.error ?? removing.error ?? error
  const made = adding.data
  return (
    <>
      <PartHead>{words.title}</PartHead>
      {failure && (
        <Alert color="red" variant="light" role="alert">
          {detailOf(failure)}
        </Alert>
      )}
      {made && (
        <Alert variant="light" role="status" title={words.once}>
          <code className={classes.key}>{made.key}</code>
          <CopyButton value={made.key}>
            {({ copied, copy }) => (
              <Button size="compact-sm" variant="default" onClick={copy}>
                {copied ? words.copied : words.copy}
              </Button>
            )}
          </CopyButton>
        </Alert>
      )}
      <PartList label={words.title}>
        {data?.map((key) => (
          <PartItem key={key.id}>
            <span>
              <Name>{key.name}</Name> · {words.since(formatTime(key.created_at))}
            </span>
            <Button
              size="compact-sm"
              variant="default"
              aria-label={words.removeNamed(key.name)}
              onClick={() => {
                if (made?.id === key.id) adding.reset()
                void remove(key.id)
              }}
            >
              {words.remove}
            </Button>
          </PartItem>
        ))}
      </PartList>
      <form
        className={classes.adding}
        onSubmit={async (event) => {
          event.preventDefault()
          if (!('error' in (await add(name.trim())))) setName('')
        }}
      >
        <TextInput
          label={words.name}
          placeholder={words.example}
          required
          withAsterisk={false}
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={adding.isLoading}>
          {words.add}
        </Button>
      </form>
    </>
  )
}
