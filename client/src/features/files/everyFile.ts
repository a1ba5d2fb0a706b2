import { type FilesQuery, filesApi } from '../../api/filesApi'
import type { FileEntry } from '../../api/types'
import type { AppDispatch } from '../../store/state'
import type { FilesView } from './filesUrl'

/** Files for one answer. */
const PORTION = 500

/** Asks for all files that a view is of, over all its pages; throws a `Problem` when that does not work. */
export const everyFile =
  ({ page: _, ...view }: FilesView) =>
  async (dispatch: AppDispatch): Promise<FileEntry[]> => {
    const all: FileEntry[] = []
    let cursor: string | null = null
    do {
      const asked: FilesQuery = { ...view, limit: PORTION, cursor }
      const ask = filesApi.endpoints.listFiles.initiate(asked, { subscribe: false, forceRefetch: true })
      const { entries, next }: { entries: FileEntry[]; next: string | null } = await dispatch(ask).unwrap()
      all.push(...entries)
      cursor = next
    } while (cursor !== null)
    return all
  }
