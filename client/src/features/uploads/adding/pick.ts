import type { PickedFile } from '../types'

/** Files of an `<input type=file>`; a folder's files carry their path inside it. */
export const pickedFromInput = (files: FileList | null): PickedFile[] =>
  [...(files ?? [])].map((file) => ({ file, relativePath: file.webkitRelativePath || null }))

/** Files of a drop, folders walked through. Must be called while the event is being handled. */
export const pickedFromDrop = async (transfer: DataTransfer): Promise<PickedFile[]> => {
  // The list of items is emptied when the event ends, so everything is asked for before anything is awaited.
  const items = [...transfer.items].filter(({ kind }) => kind === 'file')
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? null)
  const handles = items.map((item) => item.getAsFileSystemHandle?.().catch(() => null) ?? null)
  const plain = [...transfer.files]
  if (entries.every((entry) => entry === null))
    return Promise.all(plain.map((file, at) => withHandle(file, handles[at] ?? null)))
  const walked = await Promise.all(
    entries.map(async (entry, at) => {
      if (entry === null) return []
      const files = await filesUnder(entry)
      const [only] = files
      return entry.isFile && only ? [await withHandle(only.file, handles[at] ?? null)] : files
    }),
  )
  return walked.flat()
}

const isFileHandle = (handle: FileSystemHandle | null): handle is FileSystemFileHandle =>
  handle?.kind === 'file'

/** Chromium tells where a dropped file lies, so that it can be opened again after a crash. */
const withHandle = async (
  file: File,
  asked: Promise<FileSystemHandle | null> | null,
): Promise<PickedFile> => {
  const handle = await asked
  return isFileHandle(handle) ? { file, relativePath: null, handle } : { file, relativePath: null }
}

const fileOfEntry = (entry: FileSystemFileEntry) =>
  new Promise<PickedFile[]>((resolve) =>
    entry.file(
      (file) => {
        const path = entry.fullPath.replace(/^\//, '')
        resolve([{ file, relativePath: path.includes('/') ? path : null }])
      },
      () => resolve([]),
    ),
  )

/** A directory gives its entries in portions; an empty portion is the end. */
const childrenOf = async (directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> => {
  const reader = directory.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve) =>
      reader.readEntries(resolve, () => resolve([])),
    )
    if (portion.length === 0) return all
    all.push(...portion)
  }
}

const filesUnder = async (entry: FileSystemEntry): Promise<PickedFile[]> => {
  if (entry.isFile) return fileOfEntry(entry as FileSystemFileEntry)
  const children = await childrenOf(entry as FileSystemDirectoryEntry)
  return (await Promise.all(children.map(filesUnder))).flat()
}
