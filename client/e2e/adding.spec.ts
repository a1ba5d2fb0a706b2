import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  drop,
  expect,
  rowOf,
  signIn,
  spyFields,
  spyUploads,
  test,
  throttle,
  waitForPercent,
} from './fixtures'

const CSV = 'id,city\n1,Hamburg\n'

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
  await drop(page, [
    { name: 'a.csv', text: CSV },
    { name: 'b.csv', text: `${CSV}2,Oslo\n` },
  ])
  await expect(page.getByRole('complementary', { name: 'Uploads' })).toContainText('a.csv', { timeout: 1000 })
  await expect(rowOf(page, 'a.csv')).toContainText('Done')
  await expect(rowOf(page, 'b.csv')).toContainText('Done')
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

test('the same bytes again are asked about first', async ({ page, context, account, seed }) => {
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
  await dialog.getByRole('button', { name: 'Upload again' }).click()
  await expect(rowOf(page, 'renamed.csv')).toContainText('Done')
  expect(uploads.creations()).toHaveLength(1)
})

test('the screen stays on, and leaving is asked about, only while bytes move', async ({ page, account }) => {
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
  await signIn(page, account)
  const limit = await throttle(page)
  await limit(600_000)
  await drop(page, [{ name: 'awake.csv', bytes: 9_000_000 }])
  await waitForPercent(page, 'awake.csv', 3)
  await expect.poll(held).toBe(1)
  await expect(page).toHaveTitle(/^\d+% · 1 file · Parquay$/)

  const asked = page.waitForEvent('dialog')
  void page.evaluate(() => window.location.reload()).catch(() => undefined)
  const dialog = await asked
  expect(dialog.type()).toBe('beforeunload')
  await dialog.dismiss()

  await page.getByRole('button', { name: 'Pause awake.csv' }).click()
  await expect.poll(held).toBe(0)
  const questions: string[] = []
  page.on('dialog', (question) => {
    questions.push(question.type())
    void question.accept()
  })
  await page.reload()
  await expect(page.getByRole('region', { name: '1 upload can go on' })).toBeVisible()
  expect(questions).toEqual([])
})
