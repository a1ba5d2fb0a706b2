import type { Page } from '@playwright/test'
import { type Account, expect, isLive, openTable, rowOf, signIn, test, violations } from './fixtures'
import { CITIES, cell, open } from './tables'
import { dockOf, drop, startUpload } from './uploading'

const SENT = 'gpj\u202efdp.csv'
const KEPT = 'gpjfdp.csv'
const DIRECTIONS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/

/** A request to the server as somebody who does not use this page. */
const ask = async ({ url, token }: Account, method: string, path: string, body?: object): Promise<number> => {
  const answer = await fetch(`${url}/api${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  return answer.status
}
const shownTexts = (page: Page) => page.evaluate(() => document.body.innerText)

test('a name that is not kept as it was sent is said, and never turns the text around it', async ({
  page,
  account,
}) => {
  await signIn(page, account)
  await drop(page, [{ name: SENT, text: CITIES }])

  await expect(dockOf(page).getByText(`Kept as ${KEPT}, sent as gpj\\u202efdp.csv`)).toBeVisible()
  await expect(dockOf(page).getByRole('link', { name: KEPT, exact: true })).toBeVisible()
  await expect(rowOf(page, KEPT)).toBeVisible()
  expect(await shownTexts(page)).not.toMatch(DIRECTIONS)

  await dockOf(page).getByRole('link', { name: KEPT }).click()
  await page.getByRole('tab', { name: '1 warning' }).click()
  await expect(page.getByText('The name is not the one that was sent')).toBeVisible()
  await expect(page.getByText('gpj\\u202efdp.csv', { exact: true })).toBeVisible()
})

test('the title of the window is the name of the file that is shown', async ({ page, account, seed }) => {
  await seed(account, 'cities.csv', CITIES)
  await signIn(page, account)
  await expect(page).toHaveTitle('Parquay')
  await openTable(page, 'cities.csv')
  await expect(page).toHaveTitle('cities.csv · Parquay')

  await page.getByRole('button', { name: 'Rename' }).click()
  await page.getByLabel('New name').fill('towns.csv')
  await page.keyboard.press('Enter')
  await expect(page).toHaveTitle('towns.csv · Parquay')
  await page.goBack()
  await expect(page).toHaveTitle('Parquay')
  await page.goForward()
  await expect(page).toHaveTitle('towns.csv · Parquay')
})

test('the title has the progress of uploads before the name, in German too', async ({
  page,
  account,
  seed,
}) => {
  await seed(account, 'cities.csv', CITIES)
  await page.addInitScript(() => localStorage.setItem('parquay-language', 'de'))
  await page.context().addCookies([{ ...account.cookie, url: account.url }])
  await page.goto(`${account.url}/files`)
  await page.getByRole('link', { name: 'cities.csv', exact: true }).click()
  await expect(page).toHaveTitle('cities.csv · Parquay')
  await page.route('**/files', (route) =>
    route.request().method() === 'POST' ? undefined : route.fallback(),
  )
  await drop(page, [{ name: 'slow.csv', text: 'a,b\n1,2\n' }])
  await expect(page).toHaveTitle(/^\d+\s?% · 1 Datei · cities\.csv · Parquay$/)
})

test('a page of a file that is deleted elsewhere says so, and shows what was being written', async ({
  page,
  account,
  seed,
}) => {
  const { id } = await seed(account, 'cities.csv', CITIES)
  await signIn(page, account)
  await openTable(page, 'cities.csv')
  await (await open(page, 1, 2)).fill('Bremen an der Weser')

  expect(await ask(account, 'DELETE', `/files/${id}`)).toBe(204)

  const gone = page.getByRole('alert').filter({ hasText: 'This file is no longer here' })
  await expect(page.getByRole('heading', { name: 'cities.csv', level: 1 })).toBeVisible()
  await expect(gone.getByText('Bremen an der Weser')).toBeVisible()
  await expect(page.getByText('Done', { exact: true })).toHaveCount(0)
  await expect(page.getByRole('grid')).toHaveCount(0)
  await expect(page).toHaveTitle('Parquay')
  expect(await violations(page)).toEqual([])
  await gone.getByRole('link', { name: 'Back to the files' }).click()
  await expect(page.getByRole('heading', { name: 'Files', level: 1 })).toBeVisible()
})

test('a page of a file that is no longer shared says so, with a row that was half written, and comes back', async ({
  page,
  account,
  makeAccount,
  seed,
}) => {
  const owner = await makeAccount()
  const { id } = await seed(owner, 'cities.csv', CITIES)
  const access = `/files/${id}/access/${account.username}`
  expect(await ask(owner, 'PUT', access, { role: 'edit' })).toBeLessThan(300)
  await signIn(page, account)
  await openTable(page, 'cities.csv')
  await page.getByRole('button', { name: 'Add row' }).click()
  await page.getByRole('dialog').getByLabel('city').fill('Porto')

  expect(await ask(owner, 'DELETE', access)).toBeLessThan(300)

  const gone = page.getByRole('alert').filter({ hasText: 'This file is no longer here' })
  await expect(gone).toContainText('no longer shared with you')
  await expect(gone.getByText('Porto')).toBeVisible()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  expect(await ask(owner, 'PUT', access, { role: 'view' })).toBeLessThan(300)
  await expect(page.getByRole('grid')).toBeVisible()
  await expect(cell(page, 1, 2)).toHaveText('Hamburg')
})

test('who may no longer add rows keeps what was written in the dialog', async ({
  page,
  account,
  makeAccount,
  seed,
}) => {
  const owner = await makeAccount()
  const { id } = await seed(owner, 'cities.csv', CITIES)
  const access = `/files/${id}/access/${account.username}`
  await ask(owner, 'PUT', access, { role: 'edit' })
  await signIn(page, account)
  await openTable(page, 'cities.csv')
  await page.getByRole('button', { name: 'Add row' }).click()
  await page.getByRole('dialog').getByLabel('city').fill('Porto')

  expect(await ask(owner, 'PUT', access, { role: 'view' })).toBeLessThan(300)

  await expect(page.getByText('You may look at this table.')).toBeAttached()
  await expect(page.getByRole('dialog').getByLabel('city')).toHaveValue('Porto')
})

test('a tab that is closed before the time for Undo is over deletes all the same', async ({
  page,
  account,
  seed,
  filesOf,
}) => {
  const { id } = await seed(account, 'cities.csv', CITIES)
  await seed(account, 'gone.csv', CITIES)
  await signIn(page, account)
  await page.getByRole('button', { name: 'Actions for gone.csv' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible()
  await openTable(page, 'cities.csv')
  await page.getByRole('button', { name: 'Delete row 1', exact: true }).click()
  await expect(cell(page, 1, 2)).toHaveText('Lisbon')

  await page.close()

  await expect.poll(async () => (await filesOf(account)).map(({ name }) => name)).toEqual(['cities.csv'])
  const rows = async () => {
    const answer = await fetch(`${account.url}/api/datasets/${id}/rows`, {
      headers: { Authorization: `Bearer ${account.token}` },
    })
    return ((await answer.json()) as { rows: { city: string }[] }).rows.map(({ city }) => city)
  }
  await expect.poll(rows).toEqual(['Lisbon', 'Oslo'])
})

test('an upload that was cancelled when its tab was closed is deleted, and not brought back', async ({
  page,
  account,
  filesOf,
}) => {
  const { act } = await startUpload(page, account, { name: 'unwanted.csv', bytes: 3_000_000 })
  expect((await filesOf(account)).map(({ name }) => name)).toEqual(['unwanted.csv'])
  await act('Cancel')
  await expect(page.getByRole('button', { name: 'Undo cancelling unwanted.csv' })).toBeVisible()

  const context = page.context()
  await page.close()

  await expect.poll(async () => await filesOf(account)).toEqual([])
  const again = await context.newPage()
  await again.goto(`${account.url}/files`)
  await isLive(again)
  await expect
    .poll(() => again.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('cancelled'))))
    .toEqual([])
  await expect(again.getByText('unwanted.csv')).toHaveCount(0)
})

test('a username that is kept in plain letters is said', async ({ page, server }) => {
  const typed = `ｗｉｄｅ${Date.now()}`
  await page.goto(server.url)
  await page.getByRole('button', { name: 'Create an account' }).click()
  await page.getByLabel('Username').fill(typed)
  await page.getByLabel('Password', { exact: true }).fill('quay-side-planks-42')
  await page.getByRole('button', { name: 'Create account' }).click()
  await expect(page.getByText(`Your username is kept as ${typed.normalize('NFKC')}.`)).toBeVisible()
})
