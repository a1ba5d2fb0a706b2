import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, rowOf, signIn, test } from './fixtures'
import { drop, recoveryCard, spyFields, spyUploads, startUpload } from './uploading'

const CSV = 'id,city\n1,Hamburg\n'

/** A page under test always counts as seen, so it is told that it is not, as the browser would tell it. */
const hide = (page: Page): Promise<void> =>
  page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })
    document.dispatchEvent(new Event('visibilitychange'))
  })

test('the overlay comes with the files and goes with them; dropped files stand there at once', async ({
  page,
  account,
}) => {
  await signIn(page, account)
  const drag = (type: string) =>
    page.evaluate((kind) => {
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File(['a'], 'a.csv'))
      document.body.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }))
    }, type)
  await drag('dragenter')
  await expect(page.getByTestId('drop-overlay')).toContainText('Drop to upload')
  await drag('dragleave')
  await expect(page.getByTestId('drop-overlay')).toBeHidden()
  // The page itself measures how long three rows take: a test that looks from outside has its own delays.
  await page.evaluate(() => {
    document.addEventListener('drop', () => {
      const droppedAt = performance.now()
      const watch = new MutationObserver(() => {
        if (document.querySelectorAll('aside li').length < 3) return
        document.body.dataset.shownAfter = String(performance.now() - droppedAt)
        document.body.dataset.shownAs = document.querySelector('aside')?.textContent ?? ''
        watch.disconnect()
      })
      watch.observe(document.body, { childList: true, subtree: true })
    })
  })
  // Rows need no answer of the server.
  let rowsSeen = () => {}
  const held = new Promise<void>((resolve) => {
    rowsSeen = resolve
  })
  await page.route('**/api/files?sha256=*', async (route) => {
    await held
    await route.continue()
  })
  const names = ['a.csv', 'b.csv', 'c.csv']
  await drop(
    page,
    names.map((name, n) => ({ name, text: `${CSV}${n},Oslo\n` })),
  )
  await expect(page.locator('body')).toHaveAttribute(
    'data-shown-as',
    /(Checking whether it is here already.*){3}/,
  )
  rowsSeen()
  for (const name of names) await expect(rowOf(page, name)).toContainText('Done')
  // Alone it is less than a tenth of a second.
  expect(Number(await page.locator('body').getAttribute('data-shown-after'))).toBeLessThan(2000)
})

test('a chosen folder is sent with the paths of its files', async ({
  page,
  context,
  account,
  filesOf,
}, info) => {
  const folder = info.outputPath('quay')
  await mkdir(join(folder, 'north', 'pier'), { recursive: true })
  await writeFile(join(folder, 'top.csv'), CSV)
  await writeFile(join(folder, 'north', 'pier', 'deep.csv'), `${CSV}2,Oslo\n`)
  const fields = spyFields(context)
  await signIn(page, account)
  await page.getByTestId('folder-input').setInputFiles(folder)
  await expect(rowOf(page, 'top.csv')).toContainText('Done')
  await expect(rowOf(page, 'deep.csv')).toContainText('Done')
  expect(fields.map(({ relativePath }) => relativePath).sort()).toEqual([
    'quay/north/pier/deep.csv',
    'quay/top.csv',
  ])
  expect((await filesOf(account)).map(({ name }) => name).sort()).toEqual(['deep.csv', 'top.csv'])
  await expect(rowOf(page, 'deep.csv')).toContainText('quay/north/pier')
  await page.getByLabel('Search files by name').fill('north/pier')
  await expect(rowOf(page, 'top.csv')).toBeHidden()
  await expect(rowOf(page, 'deep.csv')).toBeVisible()
})

test('a file on the clipboard is pasted', async ({ page, account }) => {
  await signIn(page, account)
  await page.evaluate((text) => {
    const clipboardData = new DataTransfer()
    clipboardData.items.add(new File([text], 'pasted.csv'))
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))
  }, CSV)
  await expect(rowOf(page, 'pasted.csv')).toContainText('Done')
})

test('the same bytes again are asked about first', async ({ page, context, account, seed, arrived }) => {
  const uploads = spyUploads(context)
  await seed(account, 'twin.csv', CSV)
  await signIn(page, account)
  // Its digest is known when it is through.
  await expect(rowOf(page, 'twin.csv')).toContainText('Done')
  await drop(page, [{ name: 'renamed.csv', text: CSV }])
  const dialog = page.getByRole('dialog', { name: 'Already here' })
  await expect(dialog).toContainText('twin.csv is already here since Today')
  await dialog.getByRole('button', { name: 'Open it' }).click()
  await expect(page.getByRole('heading', { name: 'twin.csv' })).toBeVisible()
  expect(uploads.creations()).toHaveLength(0)

  await page.getByRole('link', { name: 'Files', exact: true }).click()
  await drop(page, [{ name: 'renamed.csv', text: CSV }])
  await dialog.getByRole('button', { name: 'Upload as another file' }).click()
  await arrived(account, 'renamed.csv')
  expect(uploads.creations()).toHaveLength(1)

  await drop(page, [{ name: 'more.csv', text: CSV }])
  await expect(dialog).toContainText('Append the rows, and renamed.csv has each of them twice.')
  await dialog.getByRole('button', { name: 'Append the rows' }).click()
  await arrived(account, 'more.csv')

  // Dropped on the table itself they are not added without a question either.
  await rowOf(page, 'renamed.csv').evaluate((row, text) => {
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File([text], 'thrice.csv'))
    row.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
  }, CSV)
  await expect(dialog).toContainText('The rows of more.csv are in renamed.csv already')
  await dialog.getByRole('button', { name: 'Leave it' }).click()
  expect(uploads.creations()).toHaveLength(2)
  await page.getByRole('link', { name: 'renamed.csv' }).first().click()
  await expect(page.getByRole('grid').getByRole('row')).toHaveCount(3)
})

test('the screen stays on, and leaving is asked about, only while bytes move', async ({
  page,
  account,
  arrived,
}) => {
  await page.addInitScript(() => {
    const locks = { held: 0 }
    Object.assign(window, { locks })
    Object.defineProperty(navigator, 'wakeLock', {
      value: {
        request: async () => {
          locks.held += 1
          return {
            release: async () => {
              locks.held -= 1
            },
          }
        },
      },
    })
  })
  const held = () => page.evaluate(() => (window as unknown as { locks: { held: number } }).locks.held)
  const { limit, act } = await startUpload(page, account, { name: 'awake.csv', bytes: 3_000_000 })
  await expect.poll(held).toBe(1)
  await expect(page).toHaveTitle(/^\d+% · 1 file · Parquay$/)

  const asked = page.waitForEvent('dialog')
  void page.evaluate(() => window.location.reload()).catch(() => undefined)
  const dialog = await asked
  expect(dialog.type()).toBe('beforeunload')
  await dialog.dismiss()

  await act('Pause')
  await expect.poll(held).toBe(0)
  const questions: string[] = []
  page.on('dialog', (question) => {
    questions.push(question.type())
    void question.accept()
  })
  await page.reload()
  await expect(recoveryCard(page)).toBeVisible()
  expect(questions).toEqual([])

  await limit(0)
  await page.getByRole('button', { name: 'Resume all' }).click()
  await arrived(account, 'awake.csv')
  await expect.poll(held).toBe(0)
  await page.reload()
  await expect(rowOf(page, 'awake.csv')).toBeVisible()
  expect(questions).toEqual([])
})

test('somebody who looks elsewhere is told by the system when uploads are through', async ({
  page,
  context,
  account,
  arrived,
}) => {
  await context.grantPermissions(['notifications'])
  await page.addInitScript(() => {
    const told: { title: string; body?: string }[] = []
    Object.assign(window, { told })
    const { Notification: Real } = window
    window.Notification = class extends Real {
      constructor(title: string, options?: NotificationOptions) {
        super(title, options)
        told.push({ title, body: options?.body })
      }
    }
  })
  const told = () => page.evaluate(() => (window as unknown as { told: unknown[] }).told)
  await signIn(page, account)
  expect(await page.evaluate(() => Notification.permission)).toBe('granted')
  await drop(page, [{ name: 'seen.csv', text: CSV }])
  await arrived(account, 'seen.csv')
  await expect(page.getByText('1 file uploaded', { exact: true })).toBeVisible()
  expect(await told()).toEqual([])

  await hide(page)
  await drop(page, [{ name: 'unseen.csv', text: `${CSV}2,Oslo\n` }])
  await expect.poll(told).toEqual([{ title: 'Parquay', body: '2 files uploaded' }])
})
