import { lazy, type ReactNode, Suspense, useState } from 'react'
import type { FileEntry } from '../../api/types'

const CheckDialog = lazy(() => import('./check/CheckDialog'))

/** The dialog about how a file is read, and how to open it; its code comes with the first wish to see it. */
export const useCheckDialog = (file: FileEntry | undefined): { open: () => void; dialog: ReactNode } => {
  const [opened, setOpened] = useState(false)
  return {
    open: () => setOpened(true),
    dialog: opened && file && (
      <Suspense>
        <CheckDialog file={file} onClose={() => setOpened(false)} />
      </Suspense>
    ),
  }
}
