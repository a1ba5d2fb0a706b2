import { expect, test } from 'vitest'
import { pickedFromDrop } from './pick'

/** The parts of the browser's file tree that a drop carries. */
const fileEntry = (fullPath: string) => ({
  isFile: true,
  fullPath,
  file: (done: (file: File) => void) => done(new File(['x'], fullPath.split('/').at(-1) ?? '')),
})
const folderEntry = (fullPath: string, portions: object[][]) => ({
  isFile: false,
  fullPath,
  createReader: () => {
    const left = [...portions, []]
    return { readEntries: (done: (entries: object[]) => void) => done(left.shift() ?? []) }
  },
})
const transferOf = (entries: object[], handle?: () => Promise<unknown>) =>
  ({
    items: entries.map((entry) => ({
      kind: 'file',
      webkitGetAsEntry: () => entry,
      getAsFileSystemHandle: handle,
    })),
    files: [],
  }) as unknown as DataTransfer

test('a dropped folder is walked through, portion by portion, and keeps its tree', async () => {
  const inner = folderEntry('/quay/north', [[fileEntry('/quay/north/deep.csv')]])
  const outer = folderEntry('/quay', [[fileEntry('/quay/a.csv'), inner], [fileEntry('/quay/b.csv')]])
  const picked = await pickedFromDrop(transferOf([outer, fileEntry('/single.csv')]))
  expect(picked.map(({ file, relativePath }) => [file.name, relativePath])).toEqual([
    ['a.csv', 'quay/a.csv'],
    ['deep.csv', 'quay/north/deep.csv'],
    ['b.csv', 'quay/b.csv'],
    ['single.csv', null],
  ])
})

test('a single file keeps the handle that the browser gives', async () => {
  const handle = { kind: 'file', name: 'single.csv' }
  const [picked] = await pickedFromDrop(transferOf([fileEntry('/single.csv')], async () => handle))
  expect(picked?.handle).toBe(handle)
})

test('a browser that refuses the handle still gives the file', async () => {
  const [picked] = await pickedFromDrop(
    transferOf([fileEntry('/single.csv')], () => Promise.reject(new Error('not allowed'))),
  )
  expect(picked?.file.name).toBe('single.csv')
  expect(picked?.handle).toBeUndefined()
})
