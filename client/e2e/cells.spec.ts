import type { Page } from '@playwright/test'
import { type Account, expect, openTable, signIn, test, violations } from './fixtures'
import { CITIES, cell, grid, newest, open } from './tables'

const LINES = 'id,text\n1,"a\r\nb"\n2,"x\ny\tz "\n'

/** A request to the server as somebody who does not use this page. */
const ask = async (
  { url, token }: Account,
  method: string,
  path: string,
  body?: object,
): Promise<{ rows: { text: string }[] }> => {
  const answer = await fetch(`${url}/api/datasets/${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  expect(answer.ok, `${path}: ${answer.status}`).toBe(true)
  return answer.status === 204 ? { rows: [] } : ((await answer.json()) as { rows: { text: string }[] })
}
const notice = (page: Page) =>
  page.getByRole('alert').filter({ hasText: 'What you were writing was not saved' })

test('line breaks of a cell are kept, written, added and looked for', async ({ page, account, seed }) => {
  const { id } = await seed(account, 'lines.csv', LINES)
  const texts = async () => (await ask(account, 'GET', `${id}/rows`)).rows.map(({ text }) => text)
  await signIn(page, account)
  await openTable(page, 'lines.csv')

  const first = await open(page, 1, 2)
  await expect(first).toHaveValue('a\nb')
  for (const key of ['Control+End', '!', 'Enter']) await first.press(key)
  await expect.poll(texts).toEqual(['a\r\nb!', 'x\ny\tz '])

  const second = await open(page, 2, 2)
  await expect(second).toHaveValue('x\ny\tz ')
  for (const key of ['Control+End', 'Shift+Enter', 'v', 'Alt+Enter', 'w']) await second.press(key)
  const { height = 0 } = (await second.boundingBox()) ?? {}
  expect(height).toBeGreaterThan(60)
  await second.press('Enter')
  await expect.poll(texts).toEqual(['a\r\nb!', 'x\ny\tz \nv\nw'])

  await page.getByRole('button', { name: 'Add row' }).click()
  const field = page.getByRole('dialog').getByLabel('text')
  for (const key of ['p', 'Shift+Enter', 'q', 'Enter']) await field.press(key)
  await expect.poll(texts).toEqual(['a\r\nb!', 'x\ny\tz \nv\nw', 'p\nq'])
  await page.getByRole('button', { name: 'Filter text' }).click()
  await page.getByLabel('Value').fill('p\nq')
  await page.getByLabel('Value').press('Enter')
  await expect(grid(page)).toHaveAttribute('aria-rowcount', '2')
  await expect(cell(page, 1, 2)).toHaveText('p\nq')
})

test('what somebody writes in a row that another deletes is kept, and said', async ({
  page,
  account,
  seed,
}) => {
  const { id } = await seed(account, 'cities.csv', CITIES)
  await signIn(page, account)
  await openTable(page, 'cities.csv')
  const input = await open(page, 2, 2)
  await input.fill('Porto')
  await input.press('Shift+Enter')
  await input.press('!')

  await ask(account, 'DELETE', `${id}/rows/1`)

  await expect(notice(page)).toContainText('This row was deleted meanwhile. You had written:')
  await expect(notice(page).getByRole('definition')).toHaveText('Porto\n!')
  expect(await violations(page)).toEqual([])
  await notice(page).getByRole('button', { name: 'Dismiss' }).click()
  await expect(notice(page)).toBeHidden()

  // The page has not heard of it when Enter is pressed: the server says so.
  await page.route(/rows\?limit=100/, (route) => route.abort())
  const again = await open(page, 2, 2)
  await again.fill('Bergen')
  await ask(account, 'DELETE', `${id}/rows/2`)
  await again.press('Enter')
  await expect(notice(page)).toContainText('This row was deleted meanwhile. You had written:')
  await expect(notice(page).getByRole('definition')).toHaveText('Bergen')
})

test('what somebody writes for a column that another renames or drops is kept, and said', async ({
  page,
  account,
  seed,
}) => {
  const { id } = await seed(account, 'cities.csv', CITIES)
  const rename = (from: string, name: string) => ask(account, 'PATCH', `${id}/columns/${from}`, { name })
  await signIn(page, account)
  await openTable(page, 'cities.csv')
  await (await open(page, 1, 2)).fill('Bremen')

  await rename('city', 'town')

  await expect(notice(page)).toContainText('city is not a column of this table any more. You had written:')
  await expect(notice(page).getByRole('definition')).toHaveText('Bremen')
  // A text is said once, also when a column of the same name goes again.
  await rename('town', 'city')
  await expect(grid(page).getByRole('columnheader', { name: /^city/ })).toBeVisible()
  await rename('city', 'town')
  await expect(grid(page).getByRole('columnheader', { name: /^town/ })).toBeVisible()
  await expect(notice(page).getByRole('definition')).toHaveCount(1)
  await notice(page).getByRole('button', { name: 'Dismiss' }).click()

  await page.getByRole('button', { name: 'Filter town' }).click()
  await page.getByLabel('Value').fill('Oslo')
  await rename('town', 'place')
  await expect(notice(page)).toContainText('town is not a column of this table any more.')
  await expect(notice(page).getByRole('definition')).toHaveText('Oslo')
  await notice(page).getByRole('button', { name: 'Dismiss' }).click()

  await page.getByRole('button', { name: 'Add row' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('place').fill('Faro')
  await rename('place', 'city')
  await expect(dialog).toContainText('place is not a column of this table any more. You had written:')
  await expect(dialog.getByRole('definition')).toHaveText('Faro')
  await dialog.getByRole('button', { name: 'Cancel' }).click()

  await page.getByRole('tab', { name: 'Summary' }).click()
  await page.getByRole('button', { name: 'Change column city' }).click()
  await dialog.getByRole('textbox', { name: 'Name' }).fill('village')
  await rename('city', 'town')
  await expect(notice(page).getByRole('definition')).toHaveText('village')
  await notice(page).getByRole('button', { name: 'Dismiss' }).click()
  await rename('town', 'city')
  await page.getByRole('button', { name: 'Change column city' }).click()
  await dialog.getByRole('textbox', { name: 'Name' }).fill('town')
  await dialog.getByRole('textbox', { name: 'Name' }).press('Enter')
  await expect(page.getByRole('button', { name: 'Change column town' })).toBeVisible()
  await expect(notice(page)).toBeHidden()
  await rename('town', 'city')
  await page.getByRole('tab', { name: 'Rows' }).click()
  await expect(grid(page).getByRole('columnheader', { name: /^city/ })).toBeVisible()

  // Two values for one cell, and no cell any more.
  await page.route(/rows\?limit=100/, (route) => route.abort())
  const input = await open(page, 1, 2)
  await input.fill('Evora')
  await ask(account, 'PATCH', `${id}/rows/0`, { city: 'Braga' })
  await input.press('Enter')
  await expect(dialog).toContainText('Braga')
  await ask(account, 'DELETE', `${id}/columns/city`)
  await expect(notice(page).getByRole('definition')).toHaveText('Evora')
  await expect(dialog).toBeHidden()
  await expect.poll(() => newest(page)).toBe('"11"')
})

test('a value that does not fit is said when the focus leaves it', async ({ page, account, seed }) => {
  await seed(account, 'cities.csv', CITIES)
  await signIn(page, account)
  await openTable(page, 'cities.csv')
  await (await open(page, 1, 3)).fill('cheap')
  await page.getByRole('heading', { name: 'cities.csv', level: 1 }).click()
  await expect(notice(page)).toContainText('A number is expected, such as 2.5. You had written:')
  await expect(notice(page).getByRole('definition')).toHaveText('cheap')
  await expect(cell(page, 1, 3)).toHaveText('2.50')
})
