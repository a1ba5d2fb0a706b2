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

const putOnClipboard = (page: Page, text: string) =>
  page.evaluate((written) => navigator.clipboard.writeText(written), text)

test('a block is pasted after a look at it, taken back and done again; texts are replaced; a cell has its history', async ({
  page,
  context,
  account,
  seed,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const { id } = await seed(account, 'sales.csv', SALES)
  await signIn(page, account)
  await openTable(page, 'sales.csv')
  const column = (number: number) => grid(page).locator(`[data-place$=":${number - 1}"]`)
  const versions = async () => {
    const answer = await page.request.get(`/api/datasets/${id}/versions`)
    return ((await answer.json()) as { updated: number; inserted: number }[]).length
  }

  await putOnClipboard(page, '7,00\t"a\nb"\nnone of these\tx\n8,00\ty\n9,00\tz\n')
  await cell(page, 3, 2).click()
  await page.keyboard.press('Control+v')
  const dialog = page.getByRole('dialog', { name: 'Paste cells' })
  await expect(dialog.getByRole('status')).toContainText('4 cells would become others. 1 cell does not fit')
  await expect(dialog.getByRole('table')).toContainText('none of these (does not fit)')
  expect(await violations(page)).toEqual([])
  await dialog.getByLabel('Add 2 rows at the end of the table').check()
  await dialog.getByRole('button', { name: 'Change the others' }).click()
  await expect(column(2)).toHaveText(['1.234,50', '2,25', '7,00', '0,10', '8,00', '9,00'])
  await expect(cell(page, 3, 3)).toHaveText('a\nb')
  expect(await versions()).toBe(2)

  await page.keyboard.press('Control+z')
  await expect(column(2)).toHaveText(['1.234,50', '2,25', 'NA', '0,10'])
  await page.keyboard.press('Control+Shift+z')
  await expect(column(2)).toHaveText(['1.234,50', '2,25', '7,00', '0,10', '8,00', '9,00'])

  await cell(page, 1, 2).click()
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Control+d')
  await expect(cell(page, 2, 2)).toHaveText('1.234,50')
  await page.keyboard.press('Delete')
  await expect(column(2)).toHaveText(['null', 'null', '7,00', '0,10', '8,00', '9,00'])

  await page.keyboard.press('Control+h')
  const find = page.getByRole('dialog', { name: 'Find and replace' })
  await find.getByLabel('Find', { exact: true }).fill(',00')
  await find.getByLabel('Replace with').fill(',50')
  await page.keyboard.press('Enter')
  await expect(find.getByRole('status')).toHaveText('Found in 3 cells; 3 in 3 rows become others.')
  expect(await violations(page)).toEqual([])
  await find.getByRole('button', { name: 'Replace all' }).click()
  await expect(column(2)).toHaveText(['null', 'null', '7,50', '0,10', '8,50', '9,50'])

  await page.keyboard.press('Control+g')
  await page.getByLabel('Number of the row').fill('3')
  await page.keyboard.press('Enter')
  await expect(cell(page, 3, 1)).toBeFocused()
  await page.keyboard.press('ArrowRight')
  await page.getByRole('button', { name: 'Cells', exact: true }).click()
  await page.getByRole('menuitem', { name: 'History of the cell…' }).click()
  const history = page.getByRole('dialog', { name: 'History of price in row 3' })
  await expect(history.getByRole('listitem')).toHaveText([
    /from 7,00 to 7,50.*Replaced ,00 with ,50/,
    /from NA to 7,00.*Redo/,
    /from 7,00 to NA.*Undo/,
    /from NA to 7,00.*Cells pasted/,
    /came as NA/,
  ])
  expect(await violations(page)).toEqual([])
})
