import { inStore } from '../recovery/browserStore'
import { rememberedIds } from '../recovery/fileHandles'
import { askServer } from '../serverUploads'
import type { UploadBook, UppyOfUploads } from './uploadBook'

/** Where the golden retriever writes down which files there were. */
const RECORDS = { database: 'uppy-blobs', store: 'metadata', foreign: true } as const
/** Far more than reading that takes; only a record that cannot be read lets it pass. */
const PATIENCE_MS = 15_000

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
export const restoreUploads = async (uppy: UppyOfUploads, book: UploadBook): Promise<void> => {
  const told = new Promise<void>((resolve) => uppy.on('restored', () => resolve()))
  if (!(await hasRecord(uppy.getID()))) return
  await Promise.race([told, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))])
  for (const file of uppy.getFiles()) {
    // What the server refused before it took a byte has nothing to go on with.
    const refused = file.error && !file.tus?.uploadUrl
    if (file.progress.uploadComplete || refused) uppy.removeFile(file.id)
    else book.begin(file.id, true)
  }
  for (const file of uppy.getFiles()) uppy.setFileState(file.id, { isPaused: false, error: null })
  uppy.setState({ currentUploads: {}, recoveredState: null })
  const remembered = await rememberedIds()
  for (const { id } of uppy.getFiles()) book.trackOf(id).remembered = remembered.has(id)
}

/** So many questions at once; of more uploads than this only the first are asked about before they are shown. */
const MOST_ASKED = 30

/** Lets those go whose last bytes arrived after the earlier visit had ended: nothing is left of them to send. */
export const settleWhole = async (uppy: UppyOfUploads, settle: (id: string) => void): Promise<void> => {
  const asked = uppy.getFiles().filter(({ tus }) => tus?.uploadUrl)
  await Promise.all(
    asked.slice(0, MOST_ASKED).map(async ({ id, tus }) => {
      if ((await askServer(tus?.uploadUrl ?? '')) === 'whole') settle(id)
    }),
  )
}
