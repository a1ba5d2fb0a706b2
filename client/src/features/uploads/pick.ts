import type { PickedFile } from './types'

/** Files of an `<input type=file>`; a folder's files carry their path inside it. */
export const pickedFromInput = (files: FileList | null): PickedFile[] =>
  [...(files ?? [])].map((file) => ({ file, relativePath: file.webkitRelativePath || null }))

const hasPath = (file: File): file is File & { relativePath: string } =>
  'relativePath' in file && typeof file.relativePath === 'string'

/** Files of a drop, folders walked through. Must be called while the event is being handled. */
export const pickedFromDrop = async (transfer: DataTransfer): Promise<PickedFile[]> => {
  // The list of items is emptied when the event ends, so the walk starts before anything is awaited.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null)
  const plain = [...transfer.files]
  if (entries.every((entry) => entry === null)) return plain.map((file) => ({ file, relativePath: null }))
  const walked = await Promise.all(entries.flatMap((entry) => (entry ? [filesUnder(entry)] : [])))
  return walked.flat().map((file) => ({ file, relativePath: hasPath(file) ? file.relativePath : null }))
}

const fileOfEntry = (entry: FileSystemFileEntry) =>
  new Promise<File[]>((resolve) =>
    entry.file(
      (file) => {
        const path = entry.fullPath.replace(/^\//, '')
        resolve([path.includes('/') ? Object.assign(file, { relativePath: path }) : file])
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

const filesUnder = async (entry: FileSystemEntry): Promise<File[]> => {
  if (entry.isFile) return fileOfEntry(entry as FileSystemFileEntry)
  const children = await childrenOf(entry as FileSystemDirectoryEntry)
  return (await Promise.all(children.map(filesUnder))).flat()
}
