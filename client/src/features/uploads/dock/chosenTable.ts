import type { FileEntry } from '../../../api/types'

const KEY = 'parquay-same-names'
const KEPT_MAX = 200

/** Pure: own tables that are called exactly so, but the upload itself; the newest upload first. */
export const tablesCalled = (entries: FileEntry[], name: string, fileId: string): FileEntry[] =>
  entries.filter(
    (entry) =>
      entry.name === name &&
      entry.id !== fileId &&
      entry.role === 'owner' &&
      entry.path === null &&
      entry.dataset_id === entry.id,
  )

const kept = (): [string, string][] => {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(list) ? list : []
  } catch {
    return []
  }
}

/** The table that took rows of a file of this name last, while it is there; else the newest. */
export const chosenTable = (tables: FileEntry[], name: string): FileEntry | undefined => {
  const last = kept().find(([known]) => known === name)?.[1]
  return tables.find(({ id }) => id === last) ?? tables[0]
}

/** The next file of this name is meant for the same table: the upload itself has its name, too. */
export const rememberTable = (name: string, tableId: string): void => {
  const list = [[name, tableId], ...kept().filter(([known]) => known !== name)].slice(0, KEPT_MAX)
  try {
    localStorage.setItem(KEY, JSON.stringify(list))
  } catch {
    // Without room in the browser the newest table is meant.
  }
}
