import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { expect, openTable, signIn, test, violations } from './fixtures'

const CITIES = 'id,city,price\n1,Hamburg,2.50\n2,Lisbon,1.25\n3,Oslo,9.00\n'
const MANY = `n,word\n${Array.from({ length: 10_000 }, (_, n) => `${n},${n % 2 ? 'odd' : 'even'}`).join('\n')}\n`
const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')

const grid = (page: Page) => page.getByRole('grid')
/** A cell by the number of its row and its column, both from 1 as people count. */
const cell = (page: Page, row: number, column: number) =>
  grid(page).locator(`[data-place="${row - 1}:${column - 1}"]`)

const write = async (page: Page, row: number, column: number, text: string) => {
  await cell(page, row, column).dblclick()
  const input = cell(page, row, column).getByRole('textbox')
  await input.fill(text)
  await input.press('Enter')
}

test('a cell is edited, checked, and kept; the first version comes back and equals the uploaded file', async ({
  page,
  account,
  seed,
}) => {
  await seed(account, 'cities.csv', CITIES)
  await signIn(page, account)
  await openTable(page, 'cities.csv')
  await expect(cell(page, 1, 2)).toHaveText('Hamburg')

  await cell(page, 1, 3).dblclick()
  const input = cell(page, 1, 3).getByRole('textbox')
  await input.fill('cheap')
  await input.press('Enter')
  await expect(input).toHaveAttribute('aria-invalid', 'true')
  await expect(grid(page).getByRole('alert')).toHaveText('A number is expected, such as 2.5.')
  await input.press('Escape')
  await expect(cell(page, 1, 3)).toHaveText('2.50')

  await write(page, 1, 2, 'Bremen')
  await expect(cell(page, 1, 2)).toHaveText('Bremen')
  await expect(cell(page, 2, 2)).toBeFocused()
  await page.reload()
  await expect(cell(page, 1, 2)).toHaveText('Bremen')

  await page.getByRole('tab', { name: 'History' }).click()
  const versions = page.getByRole('list', { name: 'Versions' }).getByRole('listitem')
  await expect(versions).toHaveCount(2)
  await expect(versions.first()).toContainText(`Edited by ${account.username}`)
  await page.getByRole('button', { name: 'Look at version 0' }).click()
  await expect(page).toHaveURL(/version=0/)
  await expect(cell(page, 1, 2)).toHaveText('Hamburg')
  await expect(page.getByText('You look at version 0.')).toBeVisible()
  await page.getByRole('button', { name: 'Restore version 0' }).click()
  await expect(page).not.toHaveURL(/version=/)
  await expect(cell(page, 1, 2)).toHaveText('Hamburg')

  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export' }).click()
  await page.getByRole('menuitem', { name: 'CSV, as uploaded' }).click()
  const path = await (await download).path()
  expect(sha256(await readFile(path))).toBe(sha256(CITIES))
})

test('of two people who change one cell the second is told, and sees the value of the first', async ({
  page,
  browser,
  account,
  server,
  seed,
}) => {
  await seed(account, 'cities.csv', CITIES)
  await signIn(page, account)
  await openTable(page, 'cities.csv')
  const other = await browser.newContext({ baseURL: server.url })
  const elsewhere = await other.newPage()
  await signIn(elsewhere, account)
  await openTable(elsewhere, 'cities.csv')
  await expect(cell(elsewhere, 2, 2)).toHaveText('Lisbon')

  // The second one is already writing while the first one's change arrives.
  await elsewhere.route('**/api/datasets/**', (route) =>
    route.request().method() === 'GET' ? route.abort() : route.fallback(),
  )
  await write(page, 2, 2, 'Porto')
  await expect(cell(page, 2, 2)).toHaveText('Porto')
  await expect
    .poll(async () => (await page.request.get(`/api/datasets/${idOf(page)}`)).headers().etag)
    .toBe('"1"')
  await write(elsewhere, 2, 2, 'Faro')
  await expect(elsewhere.getByText('Somebody else was quicker')).toBeVisible()
  await expect(elsewhere.getByText(/city of this row has changed meanwhile and is now Porto/)).toBeVisible()
  await expect(cell(elsewhere, 2, 2)).toHaveText('Porto')
  await other.close()
})

const idOf = (page: Page) => new URL(page.url()).pathname.split('/').at(-1)

test('the change of another person shows at once, in rows, numbers and charts', async ({
  page,
  browser,
  account,
  server,
  seed,
}) => {
  await seed(account, 'cities.csv', CITIES)
  await signIn(page, account)
  await openTable(page, 'cities.csv')
  const other = await browser.newContext({ baseURL: server.url })
  const elsewhere = await other.newPage()
  await signIn(elsewhere, account)
  await openTable(elsewhere, 'cities.csv')
  await expect(cell(elsewhere, 3, 2)).toHaveText('Oslo')
  // Alone it takes a fifth of a second; no page asks again by itself, so there is nothing else to wait for.
  await write(page, 3, 2, 'Bergen')
  await expect(cell(elsewhere, 3, 2)).toHaveText('Bergen', { timeout: 5000 })

  await elsewhere.getByRole('tab', { name: 'Summary' }).click()
  const card = elsewhere.getByRole('article', { name: 'city' })
  await card.getByRole('button', { name: /^As table/ }).click()
  await expect(card.getByRole('row', { name: 'Bergen 1' })).toBeVisible()
  await page.getByRole('tab', { name: 'History' }).click()
  await page.getByRole('button', { name: 'Restore version 0' }).click()
  await expect(card.getByRole('row', { name: 'Oslo 1' })).toBeVisible({ timeout: 5000 })
  await expect(card.getByRole('row', { name: 'Bergen 1' })).toBeHidden()
  await elsewhere.getByRole('tab', { name: 'Rows' }).click()
  await expect(cell(elsewhere, 3, 2)).toHaveText('Oslo')
  await other.close()
})

test('rows are added and deleted, each with a way back', async ({ page, account, seed }) => {
  await seed(account, 'cities.csv', CITIES)
  await signIn(page, account)
  await openTable(page, 'cities.csv')
  await page.getByRole('button', { name: 'Add row' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add a row' })
  await dialog.getByLabel('id').fill('x')
  await dialog.getByRole('button', { name: 'Add row' }).click()
  await expect(dialog.getByText('A whole number is expected')).toBeVisible()
  await dialog.getByLabel('id').fill('4')
  await dialog.getByLabel('city').fill('Turin')
  await dialog.getByRole('button', { name: 'Add row' }).click()
  await expect(cell(page, 4, 2)).toHaveText('Turin')
  await expect(cell(page, 4, 3)).toHaveText('null')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(cell(page, 4, 2)).toBeHidden()

  await cell(page, 1, 1).click()
  await page.getByRole('button', { name: 'Delete row 1' }).click()
  await expect(cell(page, 1, 2)).toHaveText('Lisbon')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(cell(page, 1, 2)).toHaveText('Hamburg')
})

test('sort, filter, page and tab stand in the address; few rows exist of many', async ({
  page,
  account,
  seed,
}) => {
  await seed(account, 'many.csv', MANY)
  await signIn(page, account)
  await openTable(page, 'many.csv')
  await expect(grid(page)).toHaveAttribute('aria-rowcount', '10001')
  expect(await grid(page).getByRole('row').count()).toBeLessThan(60)

  await grid(page)
    .getByRole('columnheader', { name: /^n int64/ })
    .getByRole('button')
    .first()
    .click()
  await grid(page)
    .getByRole('columnheader', { name: /^n int64/ })
    .getByRole('button')
    .first()
    .click()
  await expect(page).toHaveURL(/sort=-n/)
  await expect(cell(page, 1, 1)).toHaveText('9999')
  await page.getByRole('button', { name: 'Filter word' }).click()
  await page.getByLabel('Value').fill('eve')
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect(page.getByRole('list', { name: 'Active filters' })).toContainText('word contains eve')
  await expect(cell(page, 1, 1)).toHaveText('9998')
  await page.getByRole('button', { name: 'Next page' }).click()
  await expect(cell(page, 1, 1)).toHaveText('9798')
  await expect(page).toHaveURL(/page=2.*sort=-n.*filter=word/)

  await page.reload()
  await expect(cell(page, 1, 1)).toHaveText('9798')
  await page.goBack()
  await expect(cell(page, 1, 1)).toHaveText('9998')
  await page.getByRole('button', { name: /^Drop the filter/ }).click()
  await expect(cell(page, 1, 1)).toHaveText('9999')
})

test('the grid is walked by keyboard', async ({ page, account, seed }) => {
  await seed(account, 'many.csv', MANY)
  await signIn(page, account)
  await openTable(page, 'many.csv')
  await cell(page, 1, 1).click()
  for (const key of ['ArrowDown', 'ArrowRight', 'End', 'Control+Home', 'PageDown', 'Control+End'])
    await page.keyboard.press(key)
  await expect(cell(page, 100, 2)).toBeFocused()
  await page.keyboard.press('x')
  const input = cell(page, 100, 2).getByRole('textbox')
  await expect(input).toHaveValue('x')
  await page.keyboard.press('Escape')
  await expect(cell(page, 100, 2)).toBeFocused()
  await expect(cell(page, 100, 2)).toHaveText('odd')
})

test('Escape gives a value up even where the focus leaves before the editor is gone', async ({
  page,
  account,
  seed,
}) => {
  await seed(account, 'cities.csv', CITIES)
  await signIn(page, account)
  await openTable(page, 'cities.csv')
  await cell(page, 1, 2).dblclick()
  const input = cell(page, 1, 2).getByRole('textbox')
  await input.fill('Bremen')
  await input.evaluate((element) => {
    element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))
    element.blur()
  })
  await expect(cell(page, 1, 2)).toHaveText('Hamburg')
  await page.reload()
  await expect(cell(page, 1, 2)).toHaveText('Hamburg')
})

test('columns have numbers and charts, each chart is a table too', async ({ page, account, seed }) => {
  await seed(account, 'many.csv', MANY)
  await signIn(page, account)
  await openTable(page, 'many.csv')
  await page.getByRole('tab', { name: 'Summary' }).click()
  const card = page.getByRole('article', { name: 'word' })
  await expect(card).toContainText(/Distinct\s*2/)
  await expect(card.getByRole('img', { name: 'Most frequent values of word' })).toBeVisible()
  await card.getByRole('button', { name: /^As table/ }).click()
  await expect(card.getByRole('row', { name: 'even 5,000' })).toBeVisible()
  const group = page.getByRole('region', { name: 'Group' })
  await group.getByRole('combobox', { name: 'Measure' }).click()
  await page.getByRole('option', { name: 'Sum' }).click()
  await group.getByRole('button', { name: /^As table/ }).click()
  await expect(group.getByRole('row', { name: /^odd 25,000,000/ })).toBeVisible()
  await expect(group.getByRole('row', { name: /^even 24,995,000/ })).toBeVisible()
})

test('what could not be read is listed, and leads to its place', async ({ page, account, seed }) => {
  const lines = MANY.split('\n')
  const bad = [...lines.slice(0, 1041), '7,too,many,cells', ...lines.slice(1041)].join('\n')
  await seed(account, 'bad.csv', bad)
  await signIn(page, account)
  await openTable(page, 'bad.csv')
  await page.getByRole('tab', { name: /Rejects/ }).click()
  await expect(page.getByRole('heading', { name: '1 row could not be read' })).toBeVisible()
  await expect(page.getByRole('row', { name: /^1,042 .*too many fields 7,too,many,cells/ })).toBeVisible()
  await page.getByRole('button', { name: 'Show where line 1,042 belongs in the table' }).click()
  const marked = grid(page).locator('[data-marked]')
  await expect(marked).toBeInViewport()
  await expect(marked).toContainText('1040')
  await expect(marked.locator('[data-place]').first()).toBeFocused()
})

test('a file dropped on a table adds its rows to it', async ({ page, account, seed }) => {
  await seed(account, 'cities.csv', CITIES)
  await signIn(page, account)
  await openTable(page, 'cities.csv')
  await grid(page).evaluate((element) => {
    const transfer = new DataTransfer()
    transfer.items.add(new File(['id,city,price\n4,Turin,3.75\n'], 'more.csv'))
    element.dispatchEvent(new DragEvent('dragenter', { dataTransfer: transfer, bubbles: true }))
  })
  await expect(page.getByText('Drop to append to cities.csv')).toBeVisible()
  await grid(page).evaluate((element) => {
    const transfer = new DataTransfer()
    transfer.items.add(new File(['id,city,price\n4,Turin,3.75\n'], 'more.csv'))
    element.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }))
  })
  await expect(cell(page, 4, 2)).toHaveText('Turin', { timeout: 20_000 })
})

test('no tab of a table has an accessibility fault that a machine finds, in either theme', async ({
  page,
  account,
  seed,
}) => {
  await seed(account, 'cities.csv', `${CITIES}7,too,many,cells\n`)
  await signIn(page, account)
  await openTable(page, 'cities.csv')
  expect(await violations(page)).toEqual([])
  await page.getByRole('tab', { name: 'Summary' }).click()
  await expect(page.getByRole('img').first()).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.getByRole('tab', { name: /Rejects/ }).click()
  await expect(page.getByRole('heading', { name: /could not be read/ })).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.getByRole('tab', { name: 'History' }).click()
  await expect(page.getByRole('list', { name: 'Versions' })).toBeVisible()
  expect(await violations(page)).toEqual([])
})
