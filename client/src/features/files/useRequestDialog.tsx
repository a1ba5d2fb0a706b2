import { Button } from '@mantine/core'
import { Inbox } from 'lucide-react'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { useText } from '../../i18n/language'

const RequestDialog = lazy(() => import('./RequestDialog'))

/**
 * The button for upload links, and their dialog, whose code comes with the first wish to see it. Apart, because the
 * button moves when the first file comes, and an address that is shown but once must stay.
 */
export const useRequestDialog = (): { button: ReactNode; dialog: ReactNode } => {
  const words = useText().files
  const [opened, setOpened] = useState(false)
  return {
    button: (
      <Button variant="default" leftSection={<Inbox size={16} aria-hidden />} onClick={() => setOpened(true)}>
        {words.request}
      </Button>
    ),
    dialog: opened && (
      <Suspense>
        <RequestDialog onClose={() => setOpened(false)} />
      </Suspense>
    ),
  }
}
