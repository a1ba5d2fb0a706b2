import { Button, Modal, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useFetchFileMutation } from '../../../api/filesApi'
import { detailOf } from '../../../api/problem'
import { useText } from '../../../i18n/language'
import classes from './FetchDialog.module.css'

const FetchForm = ({ onEnd }: { onEnd: () => void }) => {
  const words = useText().uploads.fetch
  const [begin, { isLoading, error }] = useFetchFileMutation()
  const [url, setUrl] = useState('')
  const [name, setName] = useState('')
  return (
    <form
      className={classes.form}
      onSubmit={async (event) => {
        event.preventDefault()
        const asked = { url: url.trim(), ...(name.trim() && { name: name.trim() }) }
        if (!('error' in (await begin(asked)))) onEnd()
      }}
    >
      <p className={classes.words}>{words.words}</p>
      <TextInput
        label={words.address}
        placeholder="https://"
        required
        withAsterisk={false}
        inputMode="url"
        autoCapitalize="none"
        spellCheck={false}
        data-autofocus
        value={url}
        error={error && detailOf(error)}
        errorProps={{ role: 'alert' }}
        onChange={(event) => setUrl(event.currentTarget.value)}
      />
      <TextInput label={words.name} value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <div className={classes.choices}>
        <Button type="submit" loading={isLoading}>
          {words.begin}
        </Button>
        <Button variant="default" onClick={onEnd}>
          {words.cancel}
        </Button>
      </div>
    </form>
  )
}

/** Asks for the address of a file on the web. */
const FetchDialog = ({ onEnd }: { onEnd: () => void }) => {
  const words = useText().uploads.fetch
  return (
    <Modal
      opened
      onClose={onEnd}
      title={words.title}
      centered
      closeButtonProps={{ 'aria-label': words.cancel }}
    >
      <FetchForm onEnd={onEnd} />
    </Modal>
  )
}

export default FetchDialog
