import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { NewUploadLink } from '../../api/types'
import { useLaterText } from '../../i18n/later'
import classes from './NewUploadLinkForm.module.css'

const MEGABYTE = 1_000_000
const EMPTY = { name: '', until: '', files: '', size: '', extensions: '' }
type Fields = typeof EMPTY

const whole = (text: string): number | null => (text === '' ? null : Math.round(Number(text)))
const isPast = (until: string): boolean => until !== '' && new Date(until).getTime() <= Date.now()

/** Pure: what the server is asked for. */
const wantedOf = ({ name, until, files, size, extensions }: Fields): NewUploadLink => ({
  name: name.trim(),
  expires_at: until === '' ? null : new Date(until).toISOString(),
  max_files: whole(files),
  max_bytes: size === '' ? null : Math.round(Number(size) * MEGABYTE),
  extensions: extensions.split(/[\s,]+/).filter((each) => each !== ''),
})

type Props = { busy: boolean; onMake: (wanted: NewUploadLink) => Promise<boolean> }

/** What a new upload link is to be; all but its name can stay empty. */
export const NewUploadLinkForm = ({ busy, onMake }: Props) => {
  const words = useLaterText().uploadLinks
  const [fields, setFields] = useState(EMPTY)
  const [past, setPast] = useState(false)
  const field = (name: keyof Fields) => ({
    size: 'xs' as const,
    value: fields[name],
    onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) =>
      setFields((before) => ({ ...before, [name]: value })),
  })
  const submit = async () => {
    setPast(isPast(fields.until))
    if (!isPast(fields.until) && (await onMake(wantedOf(fields)))) setFields(EMPTY)
  }
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <TextInput {...field('name')} label={words.name} required maxLength={100} data-autofocus />
      <TextInput
        {...field('until')}
        type="datetime-local"
        label={words.end}
        error={past ? words.past : undefined}
      />
      <TextInput
        {...field('files')}
        type="number"
        min={1}
        label={words.maxFiles}
        placeholder={words.anyNumber}
      />
      <TextInput
        {...field('size')}
        type="number"
        min={0.001}
        step="any"
        label={words.maxSize}
        placeholder={words.anyNumber}
      />
      <TextInput {...field('extensions')} label={words.extensions} placeholder={words.all} />
      <Button size="xs" type="submit" loading={busy}>
        {words.make}
      </Button>
    </form>
  )
}
