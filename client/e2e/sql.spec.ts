import { expect, isLive, signIn, test, violations } from './fixtures'

const SALES = 'city,total\nUlm,24.50\nBonn,9007199254740993.25\nUlm,0.10\n'

test('a statement is written, run, marked where it is wrong, drawn and kept as a table that runs it again', async ({
  page,
  account,
  seed,
  arrived,
}) => {
  await seed(account, 'sales.csv', SALES)
  await arrived(account, 'sales.csv')
  await signIn(page, account)
  await page.getByRole('link', { name: 'SQL' }).click()
  const editor = page.getByRole('textbox', { name: 'Statement' })

  // Tables and columns are completed; a wrong word is marked, and the place is said.
  await editor.click()
  await page.keyboard.type('SELECT cty FROM sal')
  await page.getByRole('option', { name: /sales\.csv/ }).click()
  await expect(editor).toContainText('FROM "sales.csv"')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('alert')).toContainText('Line 1, column 8')
  await expect(page.locator('.cm-lintRange-error')).toHaveText('cty')
  expect(await violations(page)).toEqual([])

  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(
    'SELECT city, sum(total) AS total FROM "sales.csv" GROUP BY city ORDER BY city',
  )
  await page.keyboard.press('Control+Enter')
  const rows = page.getByRole('region', { name: 'Rows of the result' })
  await expect(rows.getByRole('row').nth(1)).toContainText('9007199254740993.25')
  await expect(rows.getByRole('row').nth(2)).toContainText('24.60')
  await page.getByText('Chart', { exact: true }).click()
  await expect(page.getByRole('img', { name: 'total by city' })).toBeVisible()
  expect(await violations(page)).toEqual([])

  // A statement that takes too long is stopped, on the server too: the next one has its turn at once.
  await editor.click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(
    'SELECT sum(hash(a.i, b.i)) FROM range(1000000) AS a(i), range(1000000) AS b(i)',
  )
  await page.keyboard.press('Control+Enter')
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(page.getByText('The statement was stopped.')).toBeVisible()

  // A link has the statement, and does not run it.
  const address = await page.evaluate((query) => `/sql#q=${encodeURIComponent(query)}`, 'SELECT 1 AS one')
  await page.goto(address)
  await page.reload()
  await isLive(page)
  await expect(editor).toContainText('SELECT 1 AS one')
  await expect(page.getByText('The result stands here.')).toBeVisible()
  await page.getByRole('button', { name: 'History' }).click()
  await page.getByRole('menuitem', { name: /GROUP BY city/ }).click()
  await page.getByRole('button', { name: 'Run' }).click()

  await page.getByRole('button', { name: 'Save as table' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('by city.parquet')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'by city.parquet' })).toBeVisible()
  await expect(page.getByRole('grid')).toBeVisible()
  await page.getByRole('button', { name: 'Run again' }).click()
  await expect(page.getByText('The result is version 1')).toBeVisible()
})
