import type { Page } from '@playwright/test'
import { expect, rowOf, signIn, test } from './fixtures'
import { blobsKept, dockOf, drop, recoveryCard, reloadAnyway, waitingKept } from './uploading'

const CSV = 'id,city\n1,Hamburg\n'
const FILES = 10_000
/** So many of them are with the uploader; the rest waits in a store of its own. */
const INSIDE = 100

/**
 * What the page's main thread works, in seconds, and how much memory its objects take, in bytes. Time on the
 * clock would also measure who else uses the machine.
 */
const measure = async (page: Page) => {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    const of = (wanted: string) => metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN
    return { worked: of('TaskDuration'), heap: of('JSHeapUsedSize') }
  }
}

test('ten thousand queued files stay light, and all of them survive a reload', async ({ page, account }) => {
  await signIn(page, account)
  // Nothing is answered, so that everything stays in the queue.
  await page.route('**/files', (route) =>
    route.request().method() === 'POST' ? undefined : route.fallback(),
  )
  const now = await measure(page)
  const before = await now()
  await page.evaluate((count) => {
    const dataTransfer = new DataTransfer()
    for (let n = 0; n < count; n += 1) dataTransfer.items.add(new File([`id\n${n}\n`], `many-${n}.csv`))
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
  }, FILES)
  const dock = dockOf(page)
  await expect(dock).toContainText('Uploading 10,000 files')
  const items = dock.getByRole('listitem')
  expect(await items.count()).toBeLessThan(40)
  await expect(items.first()).toHaveAttribute('aria-setsize', String(FILES))
  await waitingKept(page, FILES - INSIDE)
  await blobsKept(page, INSIDE)

  const list = dock.getByRole('region', { name: 'Uploads in progress' })
  let longest = 0
  for (let step = 0; step < 30; step += 1) {
    const { worked } = await now()
    await list.evaluate(async (element) => {
      element.scrollTop += 25_000
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    })
    longest = Math.max(longest, (await now()).worked - worked)
  }
  expect(longest).toBeLessThan(0.2)
  expect(await items.count()).toBeLessThan(40)
  expect((await now()).heap - before.heap).toBeLessThan(100_000_000)

  await dock.getByRole('button', { name: 'Pause all' }).click()
  await expect(dock).toContainText('10,000 uploads paused')
  await reloadAnyway(page)
  await expect(recoveryCard(page, '10,000')).toContainText('and 9,950 more')
  await page.getByRole('button', { name: 'Resume all' }).click()
  await expect(dock).toContainText('Uploading 10,000 files')
})

test('many files are picked by shift and by keyboard, deleted at once, and come back', async ({
  page,
  account,
  seed,
  filesOf,
}) => {
  const names = Array.from({ length: 22 }, (_, n) => `pick-${String(n).padStart(2, '0')}.txt`)
  for (const name of names) await seed(account, name, `no table, ${name}`)
  await signIn(page, account)
  await page.getByRole('button', { name: 'Name', exact: true }).click()
  await expect(page).toHaveURL(/sort=name/)
  await expect(page.getByRole('row').getByRole('link').first()).toHaveText('pick-00.txt')
  await page.getByLabel('Select pick-01.txt').click()
  await page.getByLabel('Select pick-19.txt').click({ modifiers: ['Shift'] })
  const bar = page.getByRole('region', { name: 'Selected files' })
  await expect(bar).toContainText('19 selected')

  await rowOf(page, 'pick-19.txt').focus()
  await page.keyboard.press('Shift+ArrowDown')
  await expect(bar).toContainText('20 selected')
  await page.keyboard.press('Delete')
  await expect(rowOf(page, 'pick-01.txt')).toBeHidden()
  await expect(page.getByText('Deleted 20 files')).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(page.getByRole('row').getByRole('link')).toHaveText(names)
  expect(await filesOf(account)).toHaveLength(22)

  await page.getByLabel('Select all files of this page').click()
  await expect(bar).toContainText('22 selected')
  await expect(bar.getByRole('button', { name: /^Select all/ })).toBeHidden()
  await bar.getByRole('button', { name: 'Share with everybody' }).click()
  await expect(page.getByText('22 files are shared with everybody')).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(async () => (await filesOf(account)).some(({ shared }) => shared)).toBe(false)

  // A box ticked with the mouse has the keys as well, and so has a click beside the rows.
  await page.getByLabel('Select pick-03.txt').click()
  await page.keyboard.press('Escape')
  await expect(bar).toBeHidden()
  await page.getByLabel('Select pick-03.txt').click()
  await page.getByRole('heading', { name: 'Files', level: 1 }).click()
  await page.keyboard.press('Delete')
  await expect(rowOf(page, 'pick-03.txt')).toBeHidden()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(rowOf(page, 'pick-03.txt')).toBeVisible()

  // The box in the head picks a page; the rest is one click away.
  for (const n of [22, 23, 24, 25, 26]) await seed(account, `pick-${n}.txt`, `no table, ${n}`)
  await expect(page.getByText('27 files', { exact: true })).toBeVisible()
  await page.getByLabel('Select all files of this page').click()
  await expect(bar).toContainText('25 selected')
  await bar.getByRole('button', { name: 'Select all 27' }).click()
  await expect(bar).toContainText('27 selected')
  const download = page.waitForEvent('download')
  await bar.getByRole('button', { name: 'Download as ZIP' }).click()
  const archive = await download
  expect(archive.suggestedFilename()).toMatch(/^files-.*\.zip$/)
  expect(await archive.failure()).toBeNull()
  await bar.getByRole('button', { name: 'Delete' }).click()
  await expect(page.getByText('Deleted 27 files')).toBeVisible()
  await expect.poll(async () => (await filesOf(account)).length).toBe(0)
})

test('type, owner and time narrow the list, and density and widths are remembered', async ({
  page,
  account,
  seed,
}) => {
  await seed(account, 'table.csv', CSV)
  await seed(account, 'notes.pdf', '%PDF-1.7')
  await signIn(page, account)
  await expect(rowOf(page, 'table.csv')).toContainText('Done')
  await page.getByRole('combobox', { name: 'Show files of type' }).click()
  await page.getByRole('option', { name: 'Tables' }).click()
  await expect(rowOf(page, 'notes.pdf')).toBeHidden()
  await expect(page).toHaveURL(/kind=table/)
  await page.getByRole('combobox', { name: 'Show files of', exact: true }).click()
  await page.getByRole('option', { name: "Others'" }).click()
  await expect(page.getByRole('heading', { name: 'No file matches' })).toBeVisible()
  await page.getByRole('button', { name: 'Show all files' }).click()
  await expect(rowOf(page, 'notes.pdf')).toBeVisible()

  await page.getByRole('button', { name: 'Compact rows' }).click()
  const edge = page.getByRole('separator', { name: 'Width of Status' })
  await edge.focus()
  const before = Number(await edge.getAttribute('aria-valuenow'))
  for (let n = 0; n < 3; n += 1) await page.keyboard.press('ArrowLeft')
  await expect(edge).toHaveAttribute('aria-valuenow', String(before + 36))
  await page.reload()
  await expect(edge).toHaveAttribute('aria-valuenow', String(before + 36))
  await expect(page.getByRole('button', { name: 'Comfortable rows' })).toBeVisible()
})

test('the page speaks German when asked, and remembers it', async ({ page, account, seed }) => {
  await seed(account, 'table.csv', CSV)
  await seed(account, 'empty.csv', 'id,city\n')
  await signIn(page, account)
  await page.getByRole('button', { name: `Account of ${account.username}` }).click()
  await page.getByRole('menuitemradio', { name: 'Deutsch' }).click()
  await expect(page.getByRole('heading', { name: 'Dateien', level: 1 })).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('lang', 'de')
  await expect(rowOf(page, 'table.csv')).toContainText('Fertig')
  await expect(rowOf(page, 'empty.csv')).toContainText('Die Datei hat keine Zeilen mit Daten.')
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Dateien', level: 1 })).toBeVisible()
  await expect(page.getByText('2 Dateien', { exact: true })).toBeVisible()
  await page.keyboard.press('?')
  const help = page.getByRole('dialog', { name: 'Tastenkürzel' })
  await expect(help).toContainText('Leertaste')
  await expect(help).toContainText('Entf')
})

test('what happened is kept under the bell, and the question mark lists the keys', async ({
  page,
  account,
  seed,
}) => {
  await signIn(page, account)
  await seed(account, 'news.csv', CSV)
  await expect(page.getByRole('button', { name: 'Notifications, 1 unread' })).toBeVisible()
  await page.reload()
  await page.getByRole('button', { name: 'Notifications, 1 unread' }).click()
  await expect(page.getByRole('dialog', { name: 'Notifications' })).toContainText(/news\.csv.*Ready, 1 row/s)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'Notifications', exact: true })).toBeVisible()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
})

test('many refused uploads leave the page quick, can be tried again, and go together', async ({
  page,
  account,
  arrived,
}) => {
  await signIn(page, account)
  let refuse = true
  await page.route('**/files', (route) =>
    refuse && route.request().method() === 'POST'
      ? route.fulfill({
          status: 415,
          contentType: 'application/problem+json',
          body: JSON.stringify({ status: 415, title: 'No', detail: 'Not this kind.', code: 'wrong_kind' }),
        })
      : route.fallback(),
  )
  await drop(
    page,
    Array.from({ length: 60 }, (_, n) => ({ name: `odd-${n}.csv`, text: `id\n${n}\n` })),
  )
  await expect(page.getByText('60 uploads failed', { exact: true })).toBeVisible()
  const dock = dockOf(page)
  await expect(dock.getByText('This kind of file is not accepted').first()).toBeVisible()
  refuse = false
  await dock.getByRole('button', { name: 'Remove failed' }).click()
  await expect(dock).toBeHidden()
  await drop(page, [{ name: 'odd-1.csv', text: 'id\n1\n' }])
  await arrived(account, 'odd-1.csv')
})
