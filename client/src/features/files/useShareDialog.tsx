import { lazy, type ReactNode, Suspense, useState } from 'react'
import type { FileEntry } from '../../api/types'

const ShareDialog = lazy(() => import('./ShareDialog'))

/** The dialog about who may see a file, and how to open it; its code comes with the first wish to see it. */
export const useShareDialog = (file: FileEntry): { open: () => void; dialog: ReactNode } => {
  const [opened, setOpened] = useState(false)
  return {
    open: () => setOpened(true),
    dialog: opened && (
      <Suspense>
        <ShareDialog file={file} onClose={() => setOpened(false)} />
      </Suspense>
    ),
  }
}
