import { Button, TextInput } from '@mantine/core'
import { Check, Copy } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useLaterText } from '../../i18n/later'
import classes from './NewLinkAddress.module.css'

/** The address of a link that was just made: the one time that it can be read. */
export const NewLinkAddress = ({ url }: { url: string }) => {
  const words = useLaterText().links
  const field = useRef<HTMLInputElement>(null)
  const [copied, setCopied] = useState<boolean | null>(null)
  useEffect(() => field.current?.focus(), [])
  const copy = async () => {
    field.current?.select()
    // Without TLS, on another machine's address, browsers have no clipboard.
    const done = await navigator.clipboard?.writeText(url).then(
      () => true,
      () => false,
    )
    setCopied(done ?? false)
  }
  return (
    <div className={classes.fresh}>
      <div className={classes.line}>
        <TextInput
          ref={field}
          size="xs"
          className={classes.address}
          aria-label={words.address}
          readOnly
          value={url}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button
          size="xs"
          leftSection={copied ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
          onClick={() => void copy()}
        >
          {copied ? words.copied : words.copy}
        </Button>
      </div>
      <p className={classes.note}>{copied === false ? words.notCopied : words.once}</p>
    </div>
  )
}
