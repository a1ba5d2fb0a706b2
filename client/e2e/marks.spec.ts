import type { Page } from '@playwright/test'
import { type Account, test as base, expect, fillSignIn, isLive, rowOf, signIn } from './fixtures'
import { RealServer } from './server'
import { dockOf, drop } from './uploading'

const CSV = 'id,city,price\n1,Hamburg,2.5\n2,Lisbon,\n'
const QUOTA = 100_000

/** A server of its own for the tests that need one with other settings. */
const withServer = (settings: Record<string, string>) =>
  base.extend<object, { server: RealServer }>({
    server: [
      // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's needs from the pattern
      async ({}, use) => {
        const server = await RealServer.open(settings)
        await use(server)
        await server.close()
      },
      { scope: 'worker' },
    ],
  })
const test = withServer({ PARQUAY_QUOTA_BYTES: String(QUOTA) })
const unread = withServer({ PARQUAY_WORKERS: '0' })

const ask = async <T>({ url, token }: Account, path: string, init: RequestInit = {}): Promise<T> => {
  const headers = { ...init.headers, Authorization: `Bearer ${token}` }
  const answer = await fetch(`${url}/api${path}`, { ...init, headers })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.text().then((body) => (body ? JSON.parse(body) : null))) as T
}

const used = async (account: Account): Promise<number> => {
  const { used_bytes: sum } = await ask<{ used_bytes: { uploads: number; tables: number } }>(
    account,
    '/usage',
  )
  return sum.uploads + sum.tables
}

/** Announces an upload of `bytes`: they count from then on. */
const reserve = (account: Account, bytes: number) =>
  ask<null>(account, '/files', {
    method: 'POST',
    headers: {
      'Tus-Resumable': '1.0.0',
      'Upload-Length': String(bytes),
      'Upload-Metadata': `filename ${Buffer.from('room.bin').toString('base64')}`,
    },
  })

const openMenu = (page: Page, { username }: Account) =>
  page.getByRole('button', { name: `Account of ${username}` }).click()

test('what is stored stands in the menu of the account, and is asked again when it is opened', async ({
  page,
  account,
}) => {
  await signIn(page, account)
  await openMenu(page, account)
  const menu = page.getByRole('menu')
  await expect(menu).toContainText('0 B of 100 KB stored: uploads 0 B, tables with all versions 0 B')
  await page.keyboard.press('Escape')
  await expect(menu).toBeHidden()
  await reserve(account, 40_000)
  await openMenu(page, account)
  await expect(menu).toContainText('40.0 KB of 100 KB stored: uploads 40.0 KB')
  await menu.getByText('Deutsch').click()
  await expect(menu).toContainText('40,0 KB von 100 KB belegt: Uploads 40,0 KB')
  await menu.getByRole('menuitem', { name: 'Passwort und Sitzungen' }).click()
  await expect(page.getByRole('dialog')).toContainText('40,0 KB von 100 KB belegt: Uploads 40,0 KB')
})

test('what the quota refuses says so in words: an upload, and the edit of a cell', async ({
  page,
  account,
  seed,
  arrived,
}) => {
  await seed(account, 'full.csv', CSV)
  await arrived(account, 'full.csv')
  await signIn(page, account)
  await page.getByRole('link', { name: 'full.csv', exact: true }).click()
  await expect(page.getByRole('grid')).toBeVisible()
  await reserve(account, QUOTA - (await used(account)))

  await page.getByRole('gridcell', { name: 'Hamburg' }).dblclick()
  await page.keyboard.type('Bremen')
  await page.keyboard.press('Enter')
  const said = `The quota of ${QUOTA} bytes is used up; deleting files makes room.`
  await expect(page.getByText(said)).toBeVisible()

  await page.goto(`${account.url}/files`)
  await isLive(page)
  await drop(page, [{ name: 'more.csv', text: `${CSV}3,Bergen,4\n` }])
  await expect(dockOf(page)).toContainText(`No room left. ${said}`)
  await ask(account, `/files/${(await ask<{ id: string }[]>(account, '/files?q=room.bin'))[0]?.id}`, {
    method: 'DELETE',
  })
  await page.getByRole('button', { name: 'Retry more.csv' }).click()
  await arrived(account, 'more.csv')
})

test('notes on what was read are marked in the list, and lead to what they say', async ({
  page,
  account,
  seed,
  arrived,
}) => {
  await seed(account, 'noted.csv', `sep=;\n${CSV.replaceAll(',', ';')}`)
  await seed(account, 'plain.csv', CSV)
  await Promise.all([arrived(account, 'noted.csv'), arrived(account, 'plain.csv')])
  await signIn(page, account)
  await expect(rowOf(page, 'plain.csv')).toContainText('Done')
  await expect(rowOf(page, 'plain.csv')).not.toContainText('what was read')
  await rowOf(page, 'noted.csv').getByRole('link', { name: '1 note on what was read' }).click()
  await expect(page.getByRole('listitem').filter({ hasText: 'sep=;' })).toBeVisible()
})

test('a long text of which the first rows show only the start says how long it is', async ({
  page,
  account,
  seed,
  arrived,
}) => {
  const length = 12_345
  await seed(account, 'notes.csv', 'id,note\n1,short\n')
  const table = await arrived(account, 'notes.csv')
  const body = new FormData()
  body.set('dataset', table.id)
  body.set('file', new Blob([`id,note\n2,${'x'.repeat(length)}\n3,brief\n`]), 'long.csv')
  await ask(account, '/files', { method: 'POST', body })
  const added = await arrived(account, 'long.csv')
  await signIn(page, account)
  await page.goto(`${account.url}/files/${added.id}`)
  const rows = page.getByRole('region', { name: 'Rows of the file' }).getByRole('row')
  await expect(rows.filter({ hasText: 'xxx' })).toContainText('x … cut, 12,345 characters in all')
  await expect(rows.filter({ hasText: 'brief' })).not.toContainText('cut')
})

test('files that were done before somebody signed in are never shown as moving', async ({
  page,
  account,
  seed,
  arrived,
}) => {
  const names = ['one.csv', 'two.csv', 'three.csv']
  for (const name of names) await seed(account, name, CSV)
  for (const name of names) await arrived(account, name)
  await page.addInitScript(() => {
    const seen = new Set<string>()
    Object.assign(window, { seen })
    const look = () => {
      for (const row of document.querySelectorAll('tr[data-row]')) {
        const [status] = /Done|Processing|Uploading|Unfinished|Error/.exec(row.textContent ?? '') ?? ['none']
        seen.add(row.querySelector('[role=progressbar]') ? `${status} with a bar` : status)
      }
    }
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true })
  })
  await page.goto(account.url)
  await fillSignIn(page, account)
  for (const name of names) await expect(rowOf(page, name)).toContainText('Done')
  await isLive(page)
  expect(await page.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen])).toEqual(['Done'])
  await page.reload()
  for (const name of names) await expect(rowOf(page, name)).toContainText('Done')
  await isLive(page)
  expect(await page.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen])).toEqual(['Done'])
})

unread(
  'who waits sees how many go before, and is told when nobody reads',
  async ({ page, account, makeAccount, seed }) => {
    const names = ['first.csv', 'second.csv', 'third.csv']
    for (const name of names) await seed(account, name, CSV)
    const ahead = async () =>
      (await ask<{ name: string; ahead: number | null }[]>(account, '/files?sort=name')).map(
        (each) => each.ahead,
      )
    await expect.poll(ahead).toEqual([0, 1, 2])

    // The server itself has half a minute of patience.
    const stalled = {
      status: 503,
      contentType: 'application/problem+json',
      body: JSON.stringify({ status: 503, code: 'conversion_stalled', detail: '3 files wait for a worker.' }),
    }
    let isStalled = false
    await page.route('**/readyz', (route) => (isStalled ? route.fulfill(stalled) : route.continue()))
    await page.clock.install()
    await signIn(page, account)
    await expect(rowOf(page, 'first.csv')).toContainText('Processing')
    await expect(rowOf(page, 'first.csv')).not.toContainText('ahead')
    await expect(rowOf(page, 'second.csv')).toContainText('Waiting, 1 ahead')
    await expect(rowOf(page, 'third.csv')).toContainText('Waiting, 2 ahead')

    // Another user's file comes before it and goes, of which no event tells here.
    const other = await makeAccount()
    const theirs = await seed(other, 'theirs.csv', CSV)
    const thirdWaitsFor = (count: number) =>
      expect(async () => {
        await page.clock.fastForward(3_000)
        await expect(rowOf(page, 'third.csv')).toContainText(`Waiting, ${count} ahead`, { timeout: 1_000 })
      }).toPass()
    await thirdWaitsFor(3)
    await ask(other, `/files/${theirs.id}`, { method: 'DELETE' })
    await thirdWaitsFor(2)

    const notice = page.getByRole('status').filter({ hasText: 'Files are not being read' })
    await expect(notice).toBeHidden()
    isStalled = true
    await page.clock.fastForward(15_000)
    await expect(notice).toContainText('3 files wait for a worker.')
    isStalled = false
    await page.clock.fastForward(15_000)
    await expect(notice).toBeHidden()
  },
)
