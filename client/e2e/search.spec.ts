import { expect, openTable, signIn, test, violations } from './fixtures'
import { cell, grid } from './tables'

const ROWS = Array.from(
  { length: 30 },
  (_, n) => `${n},${n % 10 === 3 ? `Ulm ${n}` : 'Bonn'},"${n},50",31.12.2025`,
)
const CSV = ['n,city,price,day', ...ROWS, ''].join('\n')

test('all columns are searched, hits are marked and gone through, and a view keeps it with widths and tab', async ({
  page,
  account,
  seed,
}) => {
  await seed(account, 'cities.csv', CSV)
  await signIn(page, account)
  await openTable(page, 'cities.csv')
  const box = page.getByRole('searchbox', { name: 'Search all columns' })
  await box.fill('ULM')
  await expect(page.getByRole('status').filter({ hasText: '3 rows · 3 hits on this page' })).toBeVisible()
  await expect(grid(page).locator('mark')).toHaveText(['Ulm', 'Ulm', 'Ulm'])
  await box.press('Enter')
  await box.press('Enter')
  await expect(page.getByText('hit 2 of 3 on this page')).toBeVisible()
  await expect(grid(page).locator('[data-found]')).toHaveText('Ulm 13')
  await page.getByRole('button', { name: 'Previous hit' }).click()
  await expect(grid(page).locator('[data-found]')).toHaveText('Ulm 3')
  await expect(page).toHaveURL(/[?&]q=ULM/)
  expect(await violations(page)).toEqual([])

  await box.fill('23,5')
  await expect(cell(page, 1, 3)).toHaveText('23,50')
  await page.getByRole('button', { name: 'Menu of city' }).click()
  await page.getByRole('menuitem', { name: 'Wider' }).click()
  await page.keyboard.press('Escape')
  await expect(page).toHaveURL(/width=city/)
  const wide = await cell(page, 1, 2).boundingBox()
  await page.getByRole('button', { name: 'Views', exact: true }).click()
  await page.getByRole('button', { name: 'Save what is shown as a view' }).click()
  await page.getByRole('dialog', { name: 'Save a view' }).getByLabel('Name').fill('found')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'View found' })).toBeVisible()

  await page.goto(page.url().replace(/\?.*/, '?tab=history'))
  await page.getByRole('button', { name: 'Views', exact: true }).click()
  await page.getByRole('button', { name: 'found', exact: true }).click()
  await expect(cell(page, 1, 3)).toHaveText('23,50')
  await expect(box).toHaveValue('23,5')
  expect((await cell(page, 1, 2).boundingBox())?.width).toBe(wide?.width)
})
