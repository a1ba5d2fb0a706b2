import { readFile } from 'node:fs/promises'
import { expect, openTable, signIn, test, violations } from './fixtures'
import { CITIES, cell, grid, MANY, newest, open, sha256, write } from './tables'

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
  await page.getByRole('menuitem', { name: 'CSV, written like the upload' }).click()
  const path = await (await download).path()
  expect(sha256(await readFile(path))).toBe(sha256(CITIES))
})

test('who writes while another saves is told in the cell, and chooses between both values', async ({
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

  // The editor is open, the page behind it comes up to date, and Enter is pressed only then.
  const input = await open(elsewhere, 2, 2)
  await input.fill('Faro')
  await write(page, 2, 2, 'Porto')
  await expect(grid(elsewhere).getByRole('status')).toHaveText(`Changed by ${account.username}, now Porto`)
  await input.press('Enter')
  const dialog = elsewhere.getByRole('dialog', { name: 'Somebody else was quicker' })
  await expect(dialog).toContainText(`From ${account.username}Porto`)
  await expect(dialog).toContainText('From youFaro')
  await expect(dialog).toContainText('BeforeLisbon')
  expect(await violations(elsewhere)).toEqual([])
  await dialog.getByRole('button', { name: 'Leave theirs' }).click()
  await expect(cell(elsewhere, 2, 2)).toHaveText('Porto')

  // The page has not heard of it when Enter is pressed: the server says so.
  await elsewhere.route(/rows\?limit=100/, (route) => route.abort())
  const again = await open(elsewhere, 2, 2)
  await write(page, 2, 2, 'Braga')
  await expect.poll(() => newest(page)).toBe('"2"')
  await again.fill('Evora')
  await again.press('Enter')
  await expect(dialog).toContainText('Braga')
  await elsewhere.unroute(/rows\?limit=100/)
  await dialog.getByRole('button', { name: 'Keep mine' }).click()
  await expect(cell(page, 2, 2)).toHaveText('Evora')
  await other.close()
})

test('two who change different cells of a row both keep their values, and nobody is asked', async ({
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
  const input = await open(elsewhere, 2, 3)
  await write(page, 2, 2, 'Porto')
  await expect(cell(elsewhere, 2, 2)).toHaveText('Porto')
  await input.fill('7.75')
  await input.press('Enter')
  await expect(cell(page, 2, 3)).toHaveText('7.75')
  await expect(cell(page, 2, 2)).toHaveText('Porto')
  await expect(elsewhere.getByRole('dialog')).toBeHidden()
  await other.close()
})

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
  await page.getByLabel('Value').fill('EVE')
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect(page.getByRole('list', { name: 'Active filters' })).toContainText(
    'word contains (any case) EVE',
  )
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

test('a page that fails takes its place, and leaves no old row under new numbers', async ({
  page,
  account,
  seed,
}) => {
  await seed(account, 'many.csv', MANY)
  await signIn(page, account)
  await openTable(page, 'many.csv')
  await expect(cell(page, 1, 1)).toHaveText('0')
  let failing = true
  let release = () => {}
  const held = new Promise<void>((done) => {
    release = done
  })
  await page.route('**/api/datasets/*/rows?**cursor**', async (route) => {
    await held
    if (!failing) return route.fallback()
    const body = JSON.stringify({ status: 503, code: 'unavailable', detail: 'The server rests.' })
    return route.fulfill({ status: 503, contentType: 'application/problem+json', body })
  })
  await page.getByRole('button', { name: 'Next page' }).click()

  // While it loads the rows of before stay, dimmed, with the numbers that are theirs, and cannot be edited.
  await expect(grid(page)).toHaveAttribute('aria-busy', 'true')
  await expect(page.getByText('Rows 1–100')).toBeVisible()
  await cell(page, 1, 2).dblclick()
  await expect(grid(page).getByRole('textbox')).toBeHidden()
  release()
  await expect(page.getByText('These rows cannot be shown')).toBeVisible()
  await expect(page.getByText('The server rests.')).toBeVisible()
  await expect(grid(page).getByRole('columnheader', { name: /^n int64/ })).toBeVisible()
  await expect(grid(page).getByRole('gridcell')).toHaveCount(0)
  expect(await violations(page)).toEqual([])
  failing = false
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(cell(page, 1, 1)).toHaveText('100')
  await expect(page.getByText('Rows 101–200')).toBeVisible()
  await page.getByRole('button', { name: 'Last page' }).click()
  await expect(cell(page, 1, 1)).toHaveText('9900')
})

test('a filter of the wrong type is refused in its form; one of the address shows, and can be dropped', async ({
  page,
  account,
  seed,
}) => {
  await seed(account, 'cities.csv', CITIES)
  await signIn(page, account)
  await openTable(page, 'cities.csv')
  await page.getByRole('button', { name: 'Filter id' }).click()
  await page.getByLabel('Value').fill('abc')
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect(page.getByText('A whole number is expected, such as 42.')).toBeVisible()
  await expect(page.getByLabel('Value')).toHaveAttribute('aria-invalid', 'true')
  await expect(page).not.toHaveURL(/filter=/)
  await page.getByLabel('Value').fill('2')
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect(cell(page, 1, 2)).toHaveText('Lisbon')

  await page.goto(`${new URL(page.url()).pathname}?filter=id:eq:abc&filter=city:eq:Oslo`)
  const chips = page.getByRole('list', { name: 'Active filters' })
  await expect(chips).toContainText('id is abc cannot be asked: A whole number is expected')
  await expect(grid(page).getByRole('columnheader', { name: /^city text/ })).toBeVisible()
  await expect(page.getByText('These rows cannot be shown')).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.getByRole('tab', { name: 'Summary' }).click()
  await expect(page.getByText('These numbers cannot be shown')).toBeVisible()
  await page.getByRole('tab', { name: 'Rows' }).click()
  await page.getByRole('button', { name: 'Drop the filter id is abc' }).click()
  await expect(cell(page, 1, 2)).toHaveText('Oslo')
})

test('numbers stand as they were written, also in edits, sums and keys', async ({ page, account, seed }) => {
  const rows = ['1234567,24.50,9007199254740993,2024', '1234568,0.50,9007199254740995,2025']
  await seed(account, 'digits.csv', `code,price,big,year\n${rows.join('\n')}\n1234569,2005003.25,7,2024\n`)
  await signIn(page, account)
  await openTable(page, 'digits.csv')
  await expect(cell(page, 1, 2)).toHaveText('24.50')
  await expect(cell(page, 2, 3)).toHaveText('9007199254740995')
  await cell(page, 1, 2).click()
  const copied = await cell(page, 1, 2).evaluate((element) => {
    const clipboardData = new DataTransfer()
    element.dispatchEvent(new ClipboardEvent('copy', { clipboardData, bubbles: true, cancelable: true }))
    return clipboardData.getData('text/plain')
  })
  expect(copied).toBe('24.50')
  const sent = page.waitForRequest((request) => request.method() === 'PATCH')
  await write(page, 1, 3, '9007199254740997')
  expect((await sent).postData()).toBe('{"big":"9007199254740997"}')
  await expect(cell(page, 1, 3)).toHaveText('9007199254740997')

  await page.getByRole('tab', { name: 'Summary' }).click()
  await expect(page.getByRole('article', { name: 'price' })).toContainText(/Sum\s*2,005,028\.25/)
  await expect(page.getByRole('article', { name: 'big' })).toContainText(/Greatest\s*9007199254740997/)
  await expect(page.getByRole('article', { name: 'year' })).toContainText(/Least\s*2024/)
  const group = page.getByRole('region', { name: 'Chart' })
  await group.getByRole('combobox', { name: 'Kind of chart' }).click()
  await page.getByRole('option', { name: 'Bars' }).click()
  await group.getByRole('combobox', { name: 'Group by' }).click()
  await page.getByRole('option', { name: 'code' }).click()
  await group.getByRole('button', { name: /^As table/ }).click()
  for (const key of ['1234567', '1234568', '1234569'])
    await expect(group.getByRole('row', { name: `${key} 1 Only rows of` })).toBeVisible()

  // Another question has its own rows, and none of the one before.
  await group.getByRole('combobox', { name: 'Group by' }).click()
  await page.getByRole('option', { name: 'year' }).click()
  await group.getByRole('button', { name: /^As table/ }).click()
  await expect(group.getByRole('row', { name: '2024 2 Only rows of' })).toBeVisible()
  await expect(group.getByRole('row')).toHaveCount(3)
})

test('what the server did not take stays in its editor', async ({ page, account, seed }) => {
  await seed(account, 'cities.csv', CITIES)
  await signIn(page, account)
  await openTable(page, 'cities.csv')
  await page.route('**/api/datasets/*/rows/*', (route) => route.abort())
  await write(page, 1, 2, 'Bremen')
  await expect(page.getByText('The change was not kept')).toBeVisible()
  const input = cell(page, 1, 2).getByRole('textbox')
  await expect(input).toHaveValue('Bremen')
  await page.unroute('**/api/datasets/*/rows/*')
  await input.press('Enter')
  await expect(cell(page, 1, 2)).toHaveText('Bremen')
  await page.reload()
  await expect(cell(page, 1, 2)).toHaveText('Bremen')
})

test('a cell is shown, and edited, as the file wrote it: zones, places and all', async ({
  page,
  account,
  seed,
}) => {
  await seed(
    account,
    'asis.csv',
    'at,amount\n2024-01-03T09:05:00+02:00,1.50\n2024-07-03T10:15:30+02:00,0.10\n',
  )
  await signIn(page, account)
  await openTable(page, 'asis.csv')
  await expect(cell(page, 1, 1)).toHaveText('2024-01-03T09:05:00+02:00')
  const input = await open(page, 1, 1)
  await expect(input).toHaveValue('2024-01-03T09:05:00+02:00')
  await input.fill('2024-01-04T09:05:00+02:00')
  await input.press('Enter')
  await expect(cell(page, 1, 1)).toHaveText('2024-01-04T09:05:00+02:00')
  await write(page, 2, 2, '7.3')
  await expect(cell(page, 2, 2)).toHaveText('7.30')
  await page.getByRole('tab', { name: 'History' }).click()
  await expect(page.getByRole('list', { name: 'Versions' }).getByRole('listitem')).toHaveCount(3)
})
