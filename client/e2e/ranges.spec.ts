import type { Page } from '@playwright/test'
import { expect, openTable, signIn, test, violations } from './fixtures'
import { cell, grid } from './tables'

const SALES = [
  'day,price,word',
  '31.12.2025,"1.234,50",one',
  '30.12.2025,"2,25","two\tparts"',
  '29.12.2025,NA,three',
  '28.12.2025,"0,10",',
  '',
].join('\n')

const copied = async (page: Page, keys = 'Control+c') => {
  await page.evaluate(() => {
    document.addEventListener('copy', (event) => {
      Object.assign(window, { copied: event.clipboardData?.getData('text/plain') })
    })
  })
  await page.keyboard.press(keys)
  return page.evaluate(() => (window as unknown as { copied: string }).copied)
}

test('cells are selected, added up exactly and copied as they are written', async ({
  page,
  context,
  account,
  seed,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await seed(account, 'sales.csv', SALES)
  await signIn(page, account)
  await openTable(page, 'sales.csv')
  await cell(page, 1, 2).click()
  for (const key of ['Shift+ArrowDown', 'Shift+ArrowDown', 'Shift+ArrowRight']) await page.keyboard.press(key)
  const status = page.getByRole('status').filter({ hasText: '3 rows × 2 columns, 6 cells' })
  await expect(status).toContainText('2 numbers')
  await expect(status).toContainText('Sum 1,236.75')
  await expect(status).toContainText('Mean 618.375')
  await expect(cell(page, 3, 3)).toHaveAttribute('aria-selected', 'true')
  await expect(cell(page, 3, 1)).toHaveAttribute('aria-selected', 'false')
  expect(await violations(page)).toEqual([])
  expect(await copied(page)).toBe('1.234,50\tone\n2,25\t"two\tparts"\nNA\tthree')

  await cell(page, 1, 1).hover()
  await page.mouse.down()
  await cell(page, 2, 3).hover()
  await page.mouse.up()
  await expect(page.getByRole('status').filter({ hasText: '2 rows × 3 columns' })).toBeVisible()
  await page.getByRole('button', { name: 'Menu of price' }).click()
  await page.getByRole('menuitem', { name: 'Select the column' }).click()
  await expect(page.getByRole('status').filter({ hasText: '4 rows × 1 column' })).toContainText(
    'Sum 1,236.85',
  )
  await grid(page).getByRole('button', { name: 'Select everything' }).click()
  await page.getByRole('button', { name: 'Cells', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Copy as Markdown' }).click()
  await expect(page.getByText('12 cells copied')).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('| 28.12.2025 | 0,10 |  |\n')
})
