import { Button } from '@mantine/core'
import { FileArchive } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { archiveUrl, fetchArchive } from '../../api/archives'
import { detailOf } from '../../api/problem'
import type { FileEntry } from '../../api/types'
import { text, useText } from '../../i18n/language'
import { download, handOver } from '../../shared/handOver'
import { toastProblem } from '../../shared/toast'

/** All picked files as one ZIP, those whose upload has not finished left out. */
export const DownloadPicked = ({ entries }: { entries: readonly FileEntry[] }) => {
  const words = useText().files.selection
  const running = useRef<AbortController | null>(null)
  const [busy, setBusy] = useState(false)
  useEffect(() => () => running.current?.abort(), [])
  const ids = entries.filter(({ status }) => status !== 'uploading').map(({ id }) => id)
  const begin = async () => {
    const address = archiveUrl(ids)
    if (address !== null) return download(address)
    const control = new AbortController()
    running.current = control
    setBusy(true)
    try {
      handOver(await fetchArchive(ids, control.signal), 'files.zip')
    } catch (error) {
      if (!control.signal.aborted) toastProblem(text().files.selection.notDownloaded, detailOf(error))
    }
    setBusy(false)
  }
  return (
    <Button
      size="xs"
      variant="default"
      loading={busy}
      disabled={ids.length === 0}
      leftSection={<FileArchive size={15} aria-hidden />}
      onClick={() => void begin()}
    >
      {words.download}
    </Button>
  )
}
