import type { Locator, Page } from '@playwright/test'
import { type Account, expect, isLive, rowOf, signIn, test, violations } from './fixtures'
import { CITIES, cell } from './tables'

const PASSWORD = 'salt on the planks'

/** Makes a link as a script would. */
const makeLink = async (
  { url, token }: Account,
  fileId: string,
  wanted: { password?: string } = {},
): Promise<{ id: string; url: string; token: string }> => {
  const answer = await fetch(`${url}/api/files/${fileId}/links`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(wanted),
  })
  expect(answer.status).toBe(201)
  return answer.json()
}

const takeBack = async ({ url, token }: Account, fileId: string, id: string) => {
  const headers = { Authorization: `Bearer ${token}` }
  const answer = await fetch(`${url}/api/files/${fileId}/links/${id}`, { method: 'DELETE', headers })
  expect(answer.status).toBe(204)
}

const openDialog = async (page: Page, name: string): Promise<Locator> => {
  await rowOf(page, name)
    .getByRole('button', { name: `Actions for ${name}` })
    .click()
  await page.getByRole('menuitem', { name: 'Share with people' }).click()
  const dialog = page.getByRole('dialog', { name: `Who may see ${name}` })
  await expect(dialog.getByRole('heading', { name: 'Links to this file' })).toBeVisible()
  return dialog
}

const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

test('a link with a password shows the table to somebody without an account until it is taken back', async ({
  page,
  context,
  browser,
  account,
  seed,
  arrived,
}) => {
  await seed(account, 'cities.csv', CITIES)
  await arrived(account, 'cities.csv')
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await signIn(page, account)
  const dialog = await openDialog(page, 'cities.csv')

  await dialog.getByLabel('Until (can be left open)').fill('2020-01-01T10:00')
  await dialog.getByRole('button', { name: 'Make a link' }).click()
  await expect(dialog.getByText('This time is over already')).toBeVisible()
  await dialog.getByLabel('Until (can be left open)').fill('2099-12-31T10:00')
  await dialog.getByLabel('Password (can be left out)').fill(PASSWORD)
  await page.keyboard.press('Enter')
  const address = dialog.getByLabel('The new link')
  await expect(address).toHaveValue(/\/l\/pql_/)
  await expect(address).toBeFocused()
  await expect(dialog.getByText('It is shown only now')).toBeVisible()
  await dialog.getByRole('button', { name: 'Copy', exact: true }).click()
  await expect(dialog.getByRole('button', { name: 'Copied' })).toBeVisible()
  const url = await address.inputValue()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(url)
  await expect(dialog.getByRole('list', { name: 'Links to this file' })).toContainText('with a password')
  expect(await violations(page)).toEqual([])

  const elsewhere = await browser.newContext({ locale: 'en-GB' })
  const guest = await elsewhere.newPage()
  const asked: { path: string; referer: string | undefined }[] = []
  guest.on('request', (request) =>
    asked.push({ path: new URL(request.url()).pathname, referer: request.headers().referer }),
  )
  await guest.goto(url)
  await expect(guest.getByRole('heading', { name: 'This file needs a password' })).toBeVisible()
  await expect(guest.getByLabel('Password', { exact: true })).toBeFocused()
  expect(await violations(guest)).toEqual([])
  await guest.keyboard.type('pepper')
  await guest.keyboard.press('Enter')
  await expect(guest.getByRole('alert')).toHaveText('The password is wrong.')
  await guest.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await guest.keyboard.press('Enter')
  await expect(guest).toHaveTitle('cities.csv · Parquay')
  await expect(cell(guest, 1, 2)).toContainText('Hamburg')
  await expect(guest.getByText('You look at this table by a link.')).toBeVisible()
  for (const name of ['Files', 'Delete', 'Rename', 'Share with people', 'Add row'])
    await expect(guest.getByText(name, { exact: true })).toBeHidden()

  const sort = guest.getByRole('button', { name: 'price', exact: false }).first()
  await sort.click()
  await expect(guest).toHaveURL(/sort=price/)
  await expect(cell(guest, 1, 2)).toContainText('Lisbon')
  expect(await violations(guest)).toEqual([])
  for (const width of [1440, 360]) {
    await guest.setViewportSize({ width, height: 800 })
    expect(await overflow(guest)).toBe(0)
  }
  await guest.getByRole('button', { name: 'Export' }).click()
  const download = guest.waitForEvent('download')
  await guest.getByRole('menuitem', { name: /^CSV/ }).first().click()
  const exported = await (await (await download).createReadStream()).toArray()
  expect(Buffer.concat(exported).toString()).toBe(CITIES)

  // A reload needs no password again; what let it in is kept with the tab alone, and told to nobody.
  await guest.reload()
  await expect(cell(guest, 1, 2)).toContainText('Lisbon')
  expect(JSON.stringify(await elsewhere.storageState())).not.toContain('pql_')
  expect(asked.filter(({ referer }) => referer?.includes('/l/'))).toEqual([])
  expect(asked.filter(({ path }) => /\/(me|events|login)$/.test(path))).toEqual([])

  await dialog.getByRole('button', { name: /^Take back the link made/ }).press('Enter')
  await expect(dialog.getByText('The link is taken back')).toBeVisible()
  await expect(address).toBeHidden()
  await expect(dialog.getByRole('region', { name: 'Links to this file' })).toBeFocused()
  await expect(dialog.getByRole('listitem')).toHaveCount(0)
  await guest.getByRole('tab', { name: 'History' }).click()
  await expect(guest.getByRole('heading', { name: 'This link opens nothing' })).toBeVisible()
  await expect(guest.getByText('Hamburg')).toHaveCount(0)
  await expect(guest.getByText('cities.csv')).toHaveCount(0)
  await expect(guest).toHaveTitle('This link opens nothing · Parquay')
  await elsewhere.close()
})

test('a link asks for its password again when it was open for long enough, and lets nobody guess', async ({
  page,
  account,
  seed,
}) => {
  // Nobody waits until the file is read: without any event the page finds out by itself.
  const { id } = await seed(account, 'cities.csv', CITIES)
  const link = await makeLink(account, id, { password: PASSWORD })
  await page.goto(link.url)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.keyboard.press('Enter')
  await expect(cell(page, 1, 2)).toContainText('Hamburg')

  await page.route('**/versions', (route) =>
    route.fulfill({
      status: 401,
      contentType: 'application/problem+json',
      body: JSON.stringify({ status: 401, title: 'Unauthorized', code: 'token_expired' }),
    }),
  )
  await page.getByRole('tab', { name: 'History' }).click()
  await expect(page.getByText('asks for its password again')).toBeVisible()
  await expect(page.getByText('Hamburg')).toHaveCount(0)
  await page.reload()
  await expect(page.getByRole('heading', { name: 'This file needs a password' })).toBeVisible()

  const guess = () =>
    fetch(`${account.url}/api/links/${link.token}/open`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"password":"pepper"}',
    })
  await expect.poll(async () => (await guess()).status).toBe(429)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText(/^Too many tries\. Wait \d+ second/)
})

test('a link is one thing and an account in the same browser another, in German too', async ({
  page,
  account,
  makeAccount,
  seed,
  arrived,
}) => {
  const owner = await makeAccount()
  await seed(owner, 'cities.csv', CITIES)
  const { id } = await arrived(owner, 'cities.csv')
  const link = await makeLink(owner, id)
  await signIn(page, account)
  await page.evaluate(() => localStorage.setItem('parquay-language', 'de'))

  const linked = await page.context().newPage()
  await linked.goto(link.url)
  await expect(cell(linked, 1, 2)).toContainText('Hamburg')
  await expect(linked.getByText('Du siehst diese Tabelle über einen Link an.')).toBeVisible()
  await page.bringToFront()
  await page.goto('/files')
  await expect(page.getByRole('heading', { name: 'Dateien', level: 1 })).toBeVisible()
  await isLive(page)
  await expect(rowOf(page, 'cities.csv')).toHaveCount(0)

  // The session ends, and the link does not; the link is taken back, and a download alone finds out.
  await page.getByRole('button', { name: `Konto von ${account.username}` }).click()
  await page.getByRole('menuitem', { name: 'Abmelden' }).click()
  await expect(page.getByRole('heading', { name: 'Bei Parquay anmelden' })).toBeVisible()
  await linked.getByRole('tab', { name: 'Verlauf' }).click()
  await expect(linked.getByText('Version 0')).toBeVisible()
  await takeBack(owner, id, link.id)
  await linked.getByRole('link', { name: 'Upload herunterladen' }).click()
  await expect(linked.getByRole('heading', { name: 'Dieser Link öffnet nichts' })).toBeVisible()
  for (const wrong of [link.url.slice(0, -3), `${link.url}%2Fx`]) {
    await linked.goto(wrong)
    await expect(linked.getByRole('heading', { name: 'Dieser Link öffnet nichts' })).toBeVisible()
  }
})
