import { expect, fillSignIn, isLive, signIn, test, violations } from './fixtures'

const ADMIN = { username: 'admin', password: 'admin123' }

test('an administrator makes a user, changes it, and sees jobs, the server and the log', async ({
  page,
  account,
  seed,
  arrived,
}) => {
  await seed(account, 'sales.csv', 'n\n1\n')
  await arrived(account, 'sales.csv')
  await page.goto('/admin')
  await fillSignIn(page, ADMIN)
  await expect(page.getByRole('heading', { name: 'Administration' })).toBeVisible()
  await isLive(page)
  const name = `made-${account.username}`

  await page.getByRole('button', { name: 'Add a user' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('User name').fill(name)
  await dialog.getByLabel('Password', { exact: true }).fill('short')
  await dialog.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(dialog.getByRole('alert')).toBeVisible()
  await dialog.getByLabel('Password', { exact: true }).fill('quay-side-planks-42')
  await page.keyboard.press('Enter')
  await expect(dialog).toHaveCount(0)
  const row = page.getByRole('row').filter({ hasText: name })
  await page.getByRole('button', { name: `Actions for ${name}` }).click()
  await page.getByRole('menuitem', { name: 'Change the quota' }).click()
  await dialog.getByLabel('Gigabytes').fill('1.5')
  await page.keyboard.press('Enter')
  await expect(row).toContainText('1.5 GB')
  await page.getByRole('button', { name: `Actions for ${name}` }).click()
  await page.getByRole('menuitem', { name: 'Change the limits' }).click()
  await dialog.getByLabel('Requests in a minute').fill('600')
  await dialog.getByLabel('Bytes of uploads in a second').fill('5000000')
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Enter')
  await expect(dialog).toHaveCount(0)
  await page.getByRole('button', { name: `Actions for ${name}` }).click()
  await page.getByRole('menuitem', { name: 'Bar from the server' }).click()
  await expect(row).toContainText('Barred')
  await page.getByRole('button', { name: 'Actions for admin' }).click()
  await page.getByRole('menuitem', { name: 'No longer administrator' }).click()
  await expect(page.getByText('The user was not changed')).toBeVisible()
  expect(await violations(page)).toEqual([])

  await page.getByRole('tab', { name: 'Jobs' }).click()
  await page.getByRole('combobox', { name: 'Show jobs' }).click()
  await page.getByRole('option', { name: 'done' }).click()
  await expect(page.getByRole('row').filter({ hasText: `of ${account.username}` })).toContainText('sales.csv')
  await page.getByRole('tab', { name: 'Server' }).click()
  await expect(page.getByText('The server is ready', { exact: true })).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.getByRole('tab', { name: 'Audit log' }).click()
  await expect(
    page.getByRole('row').filter({ hasText: 'user.created' }).filter({ hasText: name }),
  ).toBeVisible()
  expect(await violations(page)).toEqual([])
})

test('somebody else has no way there', async ({ page, account }) => {
  await signIn(page, account)
  await page.getByRole('button', { name: /^Account of/ }).click()
  await expect(page.getByRole('menuitem', { name: 'Password and sessions' })).toBeVisible()
  await expect(page.getByRole('menuitem', { name: 'Administration' })).toHaveCount(0)
  await page.goto('/admin')
  await expect(page.getByText('Only an administrator may see this page.')).toBeVisible()
})
