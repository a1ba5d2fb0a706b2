import { expect, test } from 'vitest'
import { headHashOf, refusalOf } from './fileIdentity'

const MIB = 1024 * 1024
const file = (text: string, name = 'a.csv') => new File([text], name)
const expected = async (blob: File) => ({
  name: blob.name,
  size: blob.size,
  headHash: await headHashOf(blob),
})

test('the same file is taken', async () =>
  expect(await refusalOf(await expected(file('1,2\n')), file('1,2\n'))).toBeNull())

test('another name is refused with both names', async () =>
  expect(await refusalOf(await expected(file('1')), file('1', 'b.csv'))).toBe(
    'That is b.csv; choose a.csv to go on.',
  ))

test('another size is refused with both sizes', async () =>
  expect(await refusalOf(await expected(file('123')), file('1'))).toBe(
    'That file has 1 B, 3 B were expected.',
  ))

test('a file of the same name and size that begins otherwise is refused', async () =>
  expect(await refusalOf(await expected(file('123')), file('124'))).toMatch(/begins differently/))

test('only the first MiB is looked at', async () => {
  const head = 'x'.repeat(MIB)
  expect(await refusalOf(await expected(file(`${head}a`)), file(`${head}b`))).toBeNull()
})

test('without a digest from before, name and size have to do', async () =>
  expect(await refusalOf({ name: 'a.csv', size: 3, headHash: null }, file('124'))).toBeNull())
