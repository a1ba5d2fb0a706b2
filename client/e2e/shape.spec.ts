import { expect, openTable, signIn, test, violations } from './fixtures'
import { cell, grid } from './tables'

const WIDE = [
  'id,city,price,a,b,c,d,e',
  '1,Ulm,7.50,1,2,3,4,5',
  '2,Bonn,x,1,2,3,4,5',
  '3,Ulm,9.25,1,2,3,4,5',
  '4,Köln,10.00,1,2,3,4,5',
  '5,Ulm,11.00,1,2,3,4,5',
  '',
].join('\n')

test('columns are typed by an offer, hidden, moved, kept in sight and added, and the address keeps it', async ({
  page,
  account,
  seed,
}) => {
  await seed(account, 'wide.csv', WIDE)
  await page.setViewportSize({ width: 900, height: 800 })
  await signIn(page, account)
  await openTable(page, 'wide.csv')
  const menu = async (column: string, item: string) => {
    await page.getByRole('button', { name: `Menu of ${column}` }).click()
    await page.getByRole('menuitem', { name: item }).click()
  }
  await menu('price', 'Rename, change type, drop…')
  const dialog = page.getByRole('dialog', { name: 'Change the column' })
  await dialog.getByRole('button', { name: /4 fit, 1 would have no value: x/ }).click()
  expect(await violations(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Change', exact: true }).click()
  await expect(page.getByText('4 values, 0 missing, 1 that do not fit')).toBeVisible()

  await menu('a', 'Hide')
  await menu('city', 'Move before')
  await menu('city', 'Keep in sight up to here')
  await expect(grid(page).getByRole('columnheader')).toContainText(['#', 'city', 'id', 'price'])
  await grid(page)
    .locator('..')
    .evaluate((box) => box.scrollBy(900, 0))
  await expect(cell(page, 1, 1)).toBeInViewport()
  await expect(page.getByRole('button', { name: 'Menu of e' })).toBeInViewport()
  await page.reload()
  await expect(grid(page).getByRole('columnheader').nth(1)).toContainText('city')
  await expect(page.getByRole('button', { name: 'Columns, 1 hidden' })).toBeVisible()

  await page.getByRole('button', { name: 'Add column' }).click()
  const add = page.getByRole('dialog', { name: 'Add a column' })
  await add.getByLabel('Name').fill('gross')
  await add.getByLabel('Type').selectOption('decimal')
  await add.getByRole('textbox', { name: 'Expression' }).fill('round(price * 1.19, 2')
  await add.getByRole('button', { name: 'Add column' }).click()
  await expect(add.getByText('syntax error')).toBeVisible()
  expect(await violations(page)).toEqual([])
  await add.getByRole('textbox', { name: 'Expression' }).fill('round(price * 1.19, 2)')
  await add.getByRole('button', { name: 'Add column' }).click()
  await expect(page.getByText('4 values, 1 missing, 0 that do not fit')).toBeVisible()
  expect(await violations(page)).toEqual([])
})

test('what is shown is kept as a view, found again, exported and renamed; versions differ cell by cell', async ({
  page,
  account,
  seed,
  arrived,
}) => {
  await seed(account, 'wide.csv', WIDE)
  const { id } = await arrived(account, 'wide.csv')
  await signIn(page, account)
  await page.goto(`/files/${id}?filter=city:eq:Ulm&sort=-id&hide=a&hide=b&hide=c&hide=d&hide=e`)
  await expect(cell(page, 1, 3)).toHaveText('11.00')
  await page.getByRole('button', { name: 'Views', exact: true }).click()
  await page.getByRole('button', { name: 'Save what is shown as a view' }).click()
  const save = page.getByRole('dialog', { name: 'Save a view' })
  await save.getByLabel('Name').fill('Ulm')
  await save.getByLabel('Everybody who sees the table sees it, too').check()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'View Ulm' })).toBeVisible()

  await page.goto(`/files/${id}`)
  await expect(grid(page).getByRole('columnheader')).toHaveCount(9)
  await page.getByRole('button', { name: 'Views', exact: true }).click()
  const exported = await page.getByRole('link', { name: 'Export Ulm as CSV' }).getAttribute('href')
  expect(await (await page.request.get(exported ?? '')).text()).toBe(
    'id,city,price\n1,Ulm,7.50\n3,Ulm,9.25\n5,Ulm,11.00\n',
  )
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: /^Ulm/ }).click()
  await expect(grid(page).getByRole('columnheader')).toHaveCount(4)
  await expect(cell(page, 1, 3)).toHaveText('11.00')
  await page.getByRole('button', { name: 'View Ulm' }).click()
  await page.getByRole('button', { name: 'Rename Ulm' }).click()
  await page.getByRole('dialog', { name: 'Rename the view' }).getByLabel('Name').fill('South')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'View South' })).toBeVisible()
  const views = await page.request.get(`/api/datasets/${id}/views`)
  expect(
    (await views.json()).map(({ name, shared }: { name: string; shared: boolean }) => [name, shared]),
  ).toEqual([['South', true]])

  const edited = await page.request.patch(`/api/datasets/${id}/rows`, {
    data: { update: [{ _rid: 0, city: 'Bonn' }], delete: [1], insert: [{ id: 6, city: 'Trier' }] },
  })
  expect(edited.status()).toBe(200)
  await page.getByRole('tab', { name: 'History' }).click()
  await page.getByRole('button', { name: 'What changed in version 1' }).click()
  const diff = page.getByRole('dialog', { name: 'What changed between versions' })
  const changed = diff.getByRole('region', { name: '1 row changed' })
  await expect(changed.getByRole('row').nth(1)).toHaveText('0cityUlmBonn')
  await expect(diff.getByRole('region', { name: '1 row added' })).toContainText('Trier')
  await expect(diff.getByRole('region', { name: '1 row removed' })).toContainText('2Bonnx')
  expect(await violations(page)).toEqual([])
})
