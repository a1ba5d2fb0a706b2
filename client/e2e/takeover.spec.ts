import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { type Account, expect, fillSignIn, signIn, test } from './fixtures'
import { KillableBrowser } from './killableBrowser'
import {
  addressKept,
  blobsKept,
  percentOf,
  recoveryCard,
  reloadAnyway,
  spyUploads,
  startUpload,
  throttle,
  uploadBar,
  waitForPercent,
} from './uploading'

/** More than the browser keeps a copy of. */
const BIG = 11_000_000
const SMALL = 3_000_000

test('"Retry now" does not wait for the countdown', async ({ page, account, arrived }) => {
  const { uploads, limit, act } = await startUpload(page, account, { name: 'again.csv', bytes: SMALL })
  const broken = /\/files\/[^/]+$/
  await page.route(broken, (route) =>
    ['HEAD', 'PATCH'].includes(route.request().method())
      ? route.fulfill({ status: 503, body: 'Busy' })
      : route.fallback(),
  )
  await act('Pause')
  await act('Resume')
  const countdown = page.getByText(/retrying in \d+ s/)
  const left = async () => Number((await countdown.textContent())?.match(/in (\d+) s/)?.[1] ?? 0)
  await expect.poll(() => left().catch(() => 0), { intervals: [100] }).toBeGreaterThanOrEqual(6)
  await page.unroute(broken)
  const before = await left()
  const asked = page.waitForRequest((request) => request.method() === 'HEAD', {
    timeout: (before - 2) * 1000,
  })
  await act('Retry now')
  await asked
  await limit(0)
  await arrived(account, 'again.csv')
  expect(uploads.creations()).toHaveLength(1)
})

test('when the sending tab closes another one takes over within seconds', async ({
  page,
  context,
  account,
  arrived,
}) => {
  const { uploads } = await startUpload(page, account, { name: 'baton.csv', bytes: SMALL, seconds: 120 })
  const second = await context.newPage()
  const limitSecond = await throttle(second)
  await limitSecond(SMALL / 120)
  await second.goto('/files')
  await expect(uploadBar(second, 'baton.csv')).toBeVisible()
  await blobsKept(second)
  expect(uploads.asked()).toHaveLength(0)
  // What the closing tab had handed to the network still arrives, so there may be nothing left to send: who takes
  // over asks first how much is there.
  const asked = second.waitForRequest((request) => request.url().endsWith('/progress'), { timeout: 10_000 })
  await page.close({ runBeforeUnload: false })
  await asked
  await limitSecond(0)
  await arrived(account, 'baton.csv')
  expect(uploads.creations()).toHaveLength(1)
})

test('a file whose place the browser remembers goes on with one click', async ({
  page,
  context,
  account,
  arrived,
}) => {
  const uploads = spyUploads(context)
  await signIn(page, account)
  const limit = await throttle(page)
  await limit(BIG / 60)
  // A drop from the desktop carries a handle; a synthetic one gets the handle of a file of the page's own disk.
  await page.evaluate(async (bytes) => {
    const folder = await navigator.storage.getDirectory()
    const handle = await folder.getFileHandle('handle.csv', { create: true })
    const writer = await handle.createWritable()
    const line = '1,planks of oak\n'
    await writer.write(`id,name\n${line.repeat(bytes / line.length)}`)
    await writer.close()
    DataTransferItem.prototype.getAsFileSystemHandle = async () => handle
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(await handle.getFile())
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
  }, BIG)
  await waitForPercent(page, 'handle.csv', 4)
  await reloadAnyway(page)
  await limit(0)
  await page.getByRole('button', { name: 'Resume handle.csv' }).click()
  await arrived(account, 'handle.csv')
  expect(uploads.creations()).toHaveLength(1)
  expect(uploads.sends().at(-1)?.offset).toBeGreaterThan(0)
})

/** A killed browser may have lost its cookie, but not its uploads. */
const signedIn = async (page: Page, account: Account): Promise<void> => {
  const files = page.getByRole('heading', { name: 'Files', level: 1 })
  const name = page.getByLabel('Username')
  await expect(files.or(name)).toBeVisible()
  if (!(await name.isVisible())) return
  await fillSignIn(page, account)
  await expect(files).toBeVisible()
}

test('a killed browser goes on where it stopped', async ({ account, server, filesOf, arrived }, info) => {
  const path = info.outputPath('crash.csv')
  const text = `id,name\n${'1,planks of oak\n'.repeat(BIG / 16)}`
  await writeFile(path, text)
  const profile = await mkdtemp(join(tmpdir(), 'parquay-profile-'))
  const first = await KillableBrowser.open(profile, server.url)
  try {
    await signedIn(first.page, account)
    await (await throttle(first.page))(BIG / 60)
    await first.page.getByTestId('file-input').setInputFiles(path)
    await waitForPercent(first.page, 'crash.csv', 8)
    await addressKept(first.page)
  } finally {
    await first.kill()
  }
  const second = await KillableBrowser.open(profile, server.url)
  try {
    const { page } = second
    const uploads = spyUploads(page.context())
    await signedIn(page, account)
    const card = recoveryCard(page)
    await expect(card).toContainText(/Choose the file again .* to go on at \d+%/)
    await card.getByTestId('reselect-input').setInputFiles(path)
    const { sha256 } = await arrived(account, 'crash.csv')
    expect(sha256).toBe(createHash('sha256').update(text).digest('hex'))
    expect(uploads.creations()).toHaveLength(0)
    expect(uploads.sends().at(-1)?.offset).toBeGreaterThan(0)
    expect(await filesOf(account)).toHaveLength(1)
    await expect.poll(() => percentOf(page, 'crash.csv')).toBe(-1)
  } finally {
    await second.kill()
    await rm(profile, { recursive: true, force: true })
  }
})
