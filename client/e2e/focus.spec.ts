import type { Page } from '@playwright/test'
import { expect, rowOf, signIn, test } from './fixtures'
import { dockOf } from './uploading'

/** Waits until the page has been drawn in its new size. */
const drawn = (page: Page) =>
  page.evaluate(
    (width) =>
      new Promise<void>((done) => {
        const look = () =>
          innerWidth === width
            ? requestAnimationFrame(() => requestAnimationFrame(() => done()))
            : requestAnimationFrame(look)
        look()
      }),
    page.viewportSize()?.width,
  )

test('after a rename the focus is where it began, and a name that was made fit is told', async ({
  page,
  account,
  seed,
}) => {
  const { id } = await seed(account, 'first.csv', 'id,city\n1,Ulm\n')
  await signIn(page, account)
  await page.goto(`/files/${id}`)
  const rename = page.getByRole('button', { name: 'Rename' })

  await rename.press('Enter')
  await page.getByLabel('New name').press('Escape')
  await expect(rename).toBeFocused()

  await rename.press('Enter')
  await page.getByLabel('New name').fill('a/../second.csv')
  await page.getByLabel('New name').press('Enter')
  await expect(page.getByRole('heading', { name: 'second.csv' })).toBeVisible()
  await expect(page.getByText('The name has been made fit: second.csv')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Rename' })).toBeFocused()
})

test('after a deletion the focus is at the start of the list', async ({ page, account, seed }) => {
  const { id } = await seed(account, 'gone.csv', 'id,city\n1,Ulm\n')
  await signIn(page, account)
  await page.goto(`/files/${id}`)

  await page.getByRole('button', { name: 'Delete', exact: true }).press('Enter')

  await expect(page).toHaveURL(/\/files$/)
  await expect(page.locator('#main')).toBeFocused()
})

test('beside the open dock a name has room at every width', async ({ page, account }) => {
  await signIn(page, account)
  await page.getByTestId('file-input').setInputFiles({
    name: 'a-name.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('id,city\n1,Ulm\n'),
  })
  const name = rowOf(page, 'a-name.csv').getByRole('link', { name: 'a-name.csv' })
  await expect(rowOf(page, 'a-name.csv')).toContainText('Done')
  await expect(dockOf(page)).toHaveAttribute('data-open', 'true')
  for (const width of [1100, 1150, 1190, 1220, 1260, 1300]) {
    await page.setViewportSize({ width, height: 800 })
    await drawn(page)
    expect((await name.boundingBox())?.width, `at ${width} pixels`).toBeGreaterThan(60)
  }
  await page.setViewportSize({ width: 320, height: 640 })
  await drawn(page)
  const button = page.getByRole('button', { name: `Account of ${account.username}` })
  expect((await button.boundingBox())?.width).toBeGreaterThanOrEqual(24)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
})
