import { Button } from '@mantine/core'
import { BellRing } from 'lucide-react'
import { useState } from 'react'
import { useText } from '../../i18n/language'

const mayAsk = () => 'Notification' in window && Notification.permission === 'default'

/** Asks for leave to notify; only on a click, and never again after an answer. */
export const AskButton = () => {
  const words = useText().app.system
  const [open, setOpen] = useState(mayAsk)
  if (!open) return null
  return (
    <Button
      mt="xs"
      size="xs"
      fullWidth
      variant="light"
      leftSection={<BellRing size={15} aria-hidden />}
      onClick={async () => {
        await Notification.requestPermission()
        setOpen(mayAsk())
      }}
    >
      {words.ask}
    </Button>
  )
}
