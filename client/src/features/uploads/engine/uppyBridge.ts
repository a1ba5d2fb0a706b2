import type Uppy from '@uppy/core'
import type { TusBody } from '@uppy/tus'
import type { UploadMeta } from './toRow'

const BATCH_MS = 200

type Changes = { changed: string[]; gone: string[] }

/**
 * Turns Uppy's state updates into batches: which files changed and which are gone, at most five
 * times a second. `touch` adds a file whose change Uppy does not know of.
 */
export const attachBridge = (uppy: Uppy<UploadMeta, TusBody>, publish: (changes: Changes) => void) => {
  const dirty = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined

  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    const { files } = uppy.getState()
    const ids = [...dirty]
    dirty.clear()
    if (ids.length > 0)
      publish({ changed: ids.filter((id) => files[id]), gone: ids.filter((id) => !files[id]) })
  }
  const touch = (id: string) => {
    dirty.add(id)
    timer ??= setTimeout(flush, BATCH_MS)
  }
  uppy.on('state-update', (before, after) => {
    if (before.files === after.files) return
    // Uppy copies a file on each write, so a change is a different reference.
    for (const id in after.files) if (after.files[id] !== before.files[id]) touch(id)
    for (const id in before.files) if (!after.files[id]) touch(id)
  })
  return { touch, flush }
}
