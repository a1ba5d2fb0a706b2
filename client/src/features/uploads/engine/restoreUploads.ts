import { inStore } from '../recovery/browserStore'
import { rememberedIds } from '../recovery/fileHandles'
import { askServer } from '../serverUploads'
import type { UploadsUppy } from './toRow'
import type { TransferEvent } from './transferMachine'

/** Where the golden retriever writes down which files there were. */
const RECORDS = { database: 'uppy-blobs', store: 'metadata', foreign: true } as const
/** Far more than reading that takes; only a record that cannot be read lets it pass. */
const TIMEOUT_MS = 15_000

type GoldenRecord = { expires: number } | undefined

/** The retriever tells when it has brought something back, and nothing when there was nothing to bring. */
const hasRecord = async (uppyId: string): Promise<boolean> => {
  const record = (await inStore(RECORDS, 'readonly', (store) => store.get(uppyId))) as GoldenRecord | null
  return (record?.expires ?? 0) > Date.now()
}

/**
 * Sorts out what an earlier visit left with Uppy. Settles when that is done, or nothing was left; until then no
 * file may be added, since the retriever puts its own list in place of the one that is there.
 */
export const restoreUploads = async (
  uppy: UploadsUppy,
  dispatch: (event: TransferEvent) => void,
): Promise<void> => {
  const broughtBack = new Promise<void>((resolve) => uppy.on('restored', () => resolve()))
  if (!(await hasRecord(uppy.getID()))) return
  await Promise.race([broughtBack, new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS))])
  for (const file of uppy.getFiles()) {
    // What the server refused before it took a byte has nothing to go on with.
    const refused = file.error && !file.tus?.uploadUrl
    if (file.progress.uploadComplete || refused) uppy.removeFile(file.id)
  }
  const ids = uppy.getFiles().map(({ id }) => id)
  dispatch({ type: 'restored', ids })
  for (const id of ids) uppy.setFileState(id, { isPaused: false, error: null })
  uppy.setState({ currentUploads: {}, recoveredState: null })
  const remembered = await rememberedIds()
  dispatch({ type: 'remembered', ids: ids.filter((id) => remembered.has(id)) })
}

/** So many questions at once; of more uploads than this only the first are asked about before they are shown. */
const ASKED_MAX = 30

/** Lets those go whose last bytes arrived after the earlier visit had ended: nothing is left of them to send. */
export const markArrived = async (
  uppy: UploadsUppy,
  dispatch: (event: TransferEvent) => void,
): Promise<void> => {
  const asked = uppy.getFiles().filter(({ tus }) => tus?.uploadUrl)
  await Promise.all(
    asked.slice(0, ASKED_MAX).map(async ({ id, tus }) => {
      if ((await askServer(tus?.uploadUrl ?? '')) === 'complete') dispatch({ type: 'markUploaded', id })
    }),
  )
}
