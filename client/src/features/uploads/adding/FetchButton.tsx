import { Button } from '@mantine/core'
import { Globe } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useText } from '../../../i18n/language'

const FetchDialog = lazy(() => import('./FetchDialog'))

/** A file that is on the web: the server gets it, and its row shows how far it is. */
export const FetchButton = () => {
  const words = useText().uploads.fetch
  const [opened, setOpened] = useState(false)
  return (
    <>
      <Button variant="default" leftSection={<Globe size={16} aria-hidden />} onClick={() => setOpened(true)}>
        {words.button}
      </Button>
      {opened && (
        <Suspense>
          <FetchDialog onEnd={() => setOpened(false)} />
        </Suspense>
      )}
    </>
  )
}
