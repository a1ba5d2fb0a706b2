import { expect, openTable, signIn, test, violations } from './fixtures'
import { cell } from './tables'

const PRICES = 'n,price\n1,7.50\n2,x\n3,9.25\n'

test('a column is renamed, converted and dropped by the keyboard, and comes back', async ({
  page,
  account,
  seed,
}) => {
  await seed(account, 'prices.csv', PRICES)
  await signIn(page, account)
  await openTable(page, 'prices.csv')
  await page.getByRole('tab', { name: 'Summary' }).click()

  await page.getByRole('button', { name: 'Change column price' }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Change the column' })
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toBeFocused()
  await expect(dialog.getByRole('button', { name: 'Change', exact: true })).toBeDisabled()
  expect(await violations(page)).toEqual([])
  await dialog.getByRole('textbox', { name: 'Name' }).fill('cost')
  await dialog.getByRole('combobox', { name: 'Type' }).selectOption('decimal')
  await dialog.getByRole('textbox', { name: 'How it is written' }).press('Enter')
  await expect(page.getByText('2 values, 0 missing, 1 that do not fit')).toBeVisible()
  const card = page.getByRole('article', { name: 'cost' })
  await expect(card).toContainText('decimal(18,2)')

  await card.getByRole('button', { name: 'Change column cost' }).click()
  await dialog.getByRole('combobox', { name: 'Type' }).selectOption('date')
  await dialog.getByRole('textbox', { name: 'How it is written' }).fill('0%')
  await dialog.getByRole('button', { name: 'Change', exact: true }).click()
  await expect(page.getByText('The column was not changed')).toBeVisible()
  await page.keyboard.press('Escape')

  await page.getByRole('tab', { name: 'Rows' }).click()
  await expect(cell(page, 2, 2)).toHaveText('x')
  await page.getByRole('tab', { name: 'Summary' }).click()
  await card.getByRole('button', { name: 'Change column cost' }).click()
  await dialog.getByRole('button', { name: 'Drop column' }).click()
  await dialog.getByRole('button', { name: 'Drop it now?' }).click()
  await expect(card).toHaveCount(0)
  await page.getByRole('button', { name: 'Change column n' }).click()
  await expect(dialog.getByRole('button', { name: 'Drop column' })).toBeDisabled()
  await page.keyboard.press('Escape')

  await page.getByRole('tab', { name: 'History' }).click()
  await expect(page.getByRole('listitem').filter({ hasText: 'Columns changed' })).toHaveCount(2)
  await page.getByRole('button', { name: 'Restore version 0' }).click()
  await page.getByRole('tab', { name: 'Rows' }).click()
  await expect(cell(page, 2, 2)).toHaveText('x')
  await expect(page.getByRole('columnheader', { name: 'price' })).toBeVisible()
})
