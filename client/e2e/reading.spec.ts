import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, openTable, rowOf, signIn, test, violations } from './fixtures'
import { CITIES, cell, grid, MANY, write } from './tables'

test('a long text leaves its card small, and can be read in full', async ({ page, account, seed }) => {
  const long = 'planks of oak and pine '.repeat(400)
  const middle = 'zinc from the yard '.repeat(20)
  await seed(account, 'long.csv', `id,text\n1,${long}\n2,${long}\n3,${middle}\n`)
  await signIn(page, account)
  await openTable(page, 'long.csv')
  await page.getByRole('tab', { name: 'Summary' }).click()
  const card = page.getByRole('article', { name: 'text' })
  await expect(card.getByRole('img')).toBeVisible()
  expect((await card.boundingBox())?.height).toBeLessThan(600)
  await card.getByRole('button', { name: /^Show all 3\d\d characters/ }).click()
  await expect(card.getByRole('region', { name: 'The text' })).toContainText(middle.trim())
  await card.getByRole('button', { name: 'Show less' }).click()

  // Of a very long one the server tells the start, and the page says so.
  await card.getByRole('button', { name: 'Show the first 1,000 characters' }).click()
  await expect(card.getByRole('region', { name: 'The text' })).toContainText('Here the text is cut')
  expect((await card.boundingBox())?.height).toBeLessThan(800)
  expect(await violations(page)).toEqual([])
})

test('texts too long for one page are told so, and the next page goes on behind them', async ({
  page,
  account,
  seed,
}) => {
  const rows = [1, 2, 3].map((id) => `${id},${'oak '.repeat(450_000)}`)
  const { id } = await seed(account, 'books.csv', `id,text\n${rows.join('\n')}\n`)
  await signIn(page, account)
  await expect(rowOf(page, 'books.csv')).toContainText('Done')
  await page.goto(`/files/${id}`)
  await expect(
    page.getByText('this page has 2 of its 100 rows. The next page goes on behind them.'),
  ).toBeVisible()
  await expect(page.getByText('Rows 1–2 of 3')).toBeVisible()
  await page.getByRole('button', { name: 'Next page' }).click()
  await expect(page.getByText('Rows 3–3 of 3')).toBeVisible()
  await expect(cell(page, 1, 1)).toHaveText('3')
  await expect(grid(page).getByRole('rowheader')).toContainText('3')
  await expect(page.getByRole('button', { name: 'Next page' })).toBeDisabled()
})

test('a page in the middle that is too short goes on with the row behind it', async ({
  page,
  account,
  seed,
}) => {
  const short = Array.from({ length: 10 }, (_, n) => `${n + 1},oak`)
  const long = [11, 12, 13, 14].map((id) => `${id},${'oak '.repeat(450_000)}`)
  const { id } = await seed(account, 'books.csv', `id,text\n${[...short, ...long].join('\n')}\n`)
  await signIn(page, account)
  await expect(rowOf(page, 'books.csv')).toContainText('Done')
  await page.goto(`/files/${id}?size=10&page=2`)
  await expect(
    page.getByText('this page has 2 of its 10 rows. The next page goes on behind them.'),
  ).toBeVisible()
  await expect(page.getByText('Rows 11–12 of 14')).toBeVisible()
  await page.getByRole('button', { name: 'Next page' }).click()
  await expect(page.getByText('Rows 13–14 of 14')).toBeVisible()
  await expect(cell(page, 1, 1)).toHaveText('13')
  await expect(page.getByRole('button', { name: 'Next page' })).toBeDisabled()
})

test('of a very long sorted table both ends are reached by number, and the middle is said in words', async ({
  page,
  account,
  seed,
}) => {
  const rows = 5_000_000
  await seed(account, 'many.csv', MANY)
  await signIn(page, account)
  // The server's own answers, with the numbers of a longer table and its rule of what has a number.
  const refused: number[] = []
  await page.route(/\/api\/datasets\/[^/?]+\?/, async (route) => {
    const asked = new URL(route.request().url())
    const [number, size] = [
      Number(asked.searchParams.get('page') ?? 1),
      Number(asked.searchParams.get('size')),
    ]
    const first = (number - 1) * size
    if (Math.min(first, rows - first - size) > 1_000_000) refused.push(number)
    asked.searchParams.set('page', String(((number - 1) % 90) + 1))
    const answer = await route.fetch({ url: asked.href })
    return route.fulfill({
      response: answer,
      json: { ...(await answer.json()), row_count: rows, matched: rows },
    })
  })
  await openTable(page, 'many.csv')
  const at = page.getByLabel('Go to page')
  const previous = page.getByRole('button', { name: 'Previous page' })
  const next = page.getByRole('button', { name: 'Next page' })
  const goTo = async (number: number) => {
    await at.fill(String(number))
    await at.press('Enter')
  }
  await expect(page.getByText('of 5,000,000')).toBeVisible()
  await expect(page.getByText(/cannot be had by number/)).toBeHidden()
  await grid(page)
    .getByRole('columnheader', { name: /^n int64/ })
    .getByRole('button')
    .first()
    .click()
  await expect(page.getByText('In this order, pages 10,002 to 39,999 cannot be had by number')).toBeVisible()

  await page.getByRole('button', { name: 'Last page' }).click()
  await expect(page).toHaveURL(/page=50000/)
  await expect(page.getByText('Rows 4,999,901–5,000,000')).toBeVisible()
  await goTo(30_000)
  await expect(page.getByText('Rows 3,999,901–4,000,000')).toBeVisible()
  await expect(at).toHaveValue('40000')
  await expect(previous).toBeDisabled()
  await goTo(12_000)
  await expect(page.getByText('Rows 1,000,001–1,000,100')).toBeVisible()
  await next.click()
  await expect(page.getByText('Rows 1,000,101–1,000,200')).toBeVisible()
  await next.click()
  await expect(page.getByText('Rows 1,000,201–1,000,300')).toBeVisible()
  await previous.click()
  await expect(page.getByText('Rows 1,000,101–1,000,200')).toBeVisible()
  expect(refused).toEqual([])
  expect(await violations(page)).toEqual([])
})

test('Tab stops once at every column of the head; arrows reach the filters and menus', async ({
  page,
  account,
  seed,
}) => {
  await seed(account, 'cities.csv', CITIES)
  await signIn(page, account)
  await openTable(page, 'cities.csv')
  const heads = grid(page).getByRole('columnheader')
  await heads.nth(1).getByRole('button').first().focus()
  await page.keyboard.press('Tab')
  await expect(heads.nth(2).getByRole('button').first()).toBeFocused()
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('button', { name: 'Filter city' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Apply' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'Filter city' })).toBeFocused()
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('button', { name: 'Menu of city' })).toBeFocused()
  await page.keyboard.press('ArrowRight')
  await expect(heads.nth(3).getByRole('button').first()).toBeFocused()
})

test('who may look cannot change anything, and reads why; who may edit cannot turn back what others made', async ({
  page,
  account,
  makeAccount,
  seed,
  server,
}) => {
  const { id } = await seed(account, 'cities.csv', CITIES)
  const guest = await makeAccount()
  const give = async (role: string) => {
    const answer = await fetch(`${server.url}/api/files/${id}/access/${guest.username}`, {
      method: 'PUT',
      headers: { Authorization: `Bearer ${account.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ role }),
    })
    expect(answer.ok).toBe(true)
  }
  await give('view')
  await signIn(page, guest)
  await openTable(page, 'cities.csv')
  await expect(page.getByText('You may look at this table.')).toBeVisible()
  await expect(grid(page)).toHaveAttribute('aria-readonly', 'true')
  await cell(page, 1, 2).dblclick()
  await expect(grid(page).getByRole('textbox')).toBeHidden()
  await expect(page.getByRole('button', { name: /^(Add row|Delete row)/ })).toHaveCount(0)
  expect(await violations(page)).toEqual([])

  // The owner lets the guest edit, and the page follows.
  await give('edit')
  await expect(page.getByRole('button', { name: 'Add row' })).toBeVisible()
  await write(page, 1, 2, 'Bremen')
  await expect(cell(page, 1, 2)).toHaveText('Bremen')
  await page.getByRole('tab', { name: 'History' }).click()
  await expect(page.getByText('Only the owner of this table can restore a version.')).toBeVisible()
  await expect(page.getByRole('list', { name: 'Versions' }).getByRole('listitem')).toHaveCount(2)
  await expect(page.getByRole('button', { name: /^Restore/ })).toHaveCount(0)
  await page.getByRole('button', { name: 'Look at version 0' }).click()
  await expect(cell(page, 1, 2)).toHaveText('Hamburg')
  await expect(page.getByRole('button', { name: /^Restore/ })).toHaveCount(0)
})

test('what was mended while reading stands beside the rejects, with line and number', async ({
  page,
  account,
  seed,
}) => {
  await seed(account, 'notes.csv', `${CITIES}# a note of somebody\n# and one more\n`)
  await signIn(page, account)
  await openTable(page, 'notes.csv')
  await page.getByRole('tab', { name: /1 warning/ }).click()
  const list = page.getByRole('list', { name: 'What was mended or skipped' })
  await expect(list).toContainText('Comments, which are no rows, were skipped, 2 times, first in line 5')
  await expect(list).toContainText('# a note of somebody')
  expect(await violations(page)).toEqual([])
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
  const group = page.getByRole('region', { name: 'Chart' })
  await group.getByRole('combobox', { name: 'Measure' }).click()
  await page.getByRole('option', { name: 'Sum' }).click()
  await group.getByRole('button', { name: /^As table/ }).click()
  await expect(group.getByRole('row', { name: /^odd 25,000,000/ })).toBeVisible()
  await expect(group.getByRole('row', { name: /^even 24,995,000/ })).toBeVisible()
})

test('what could not be read is listed, and leads to its place', async ({ page, account, seed }) => {
  const lines = MANY.split('\n')
  // Two lines of something else stand above the table.
  const top = ['Numbers and words', '# by nobody']
  const bad = [...top, ...lines.slice(0, 1041), '7,too,many,cells', ...lines.slice(1041)].join('\n')
  await seed(account, 'bad.csv', bad)
  await signIn(page, account)
  await openTable(page, 'bad.csv')
  await page.getByRole('tab', { name: /Rejects/ }).click()
  await expect(page.getByRole('heading', { name: '1 row could not be read' })).toBeVisible()
  await expect(page.getByRole('row', { name: /^1,044 .*too many fields 7,too,many,cells/ })).toBeVisible()
  await page.getByRole('button', { name: 'Show where line 1,044 belongs in the table' }).click()
  const marked = grid(page).locator('[data-marked]')
  await expect(marked).toBeInViewport()
  await expect(marked).toContainText('1040')
  await expect(marked.locator('[data-place]').first()).toBeFocused()

  // Cells of several lines do not mislead it.
  const tall = await seed(account, 'tall.csv', 'a,b\n1,"x\ny"\n2,x\n1,2,3,4\n3,x\n4,x\n')
  await page.getByRole('link', { name: 'Files', exact: true }).first().click()
  await expect(rowOf(page, 'tall.csv')).toContainText('Done')
  await page.goto(`/files/${tall.id}?tab=rejects`)
  await expect(page.getByRole('row', { name: /too many fields 1,2,3,4/ })).toBeVisible()
  await page.getByRole('button', { name: 'Show where line 5 belongs in the table' }).click()
  await expect(marked).toContainText('3')
  await expect(marked).toContainText('x')
})

test('a part that the disk has changed is told on the page, also to who edits; the rest of the page stays', async ({
  page,
  account,
  seed,
  server,
}) => {
  const { id } = await seed(account, 'cities.csv', CITIES)
  await signIn(page, account)
  await openTable(page, 'cities.csv')
  await expect(cell(page, 1, 2)).toHaveText('Hamburg')
  const folder = server.partsOf(id)
  const parts = (await readdir(folder)).filter((name) => name.endsWith('.parquet'))
  expect(parts.length).toBeGreaterThan(0)
  for (const name of parts) {
    const bytes = await readFile(join(folder, name))
    const middle = bytes.length >> 1
    bytes.writeUInt8((bytes[middle] ?? 0) ^ 0xff, middle)
    await writeFile(join(folder, name), bytes)
  }

  // Who has the table open reads at the edit why it is refused, and the value is not taken.
  await write(page, 1, 2, 'Bremen')
  const told = page.getByRole('alert').filter({ hasText: 'A part of this table is lost on the server' })
  await expect(told).toContainText('A part of this table is damaged')
  await expect(page.getByText(/^A part of this table is damaged: /).first()).toBeVisible()

  await page.reload()
  await expect(told).toContainText('parquay fsck')
  await expect(told).toContainText('part_damaged')
  await expect(page.getByText('This file is no table.')).toBeHidden()
  await page.getByRole('tab', { name: 'History' }).click()
  await expect(page.getByText('cities.csv').first()).toBeVisible()
  expect(await violations(page)).toEqual([])
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
