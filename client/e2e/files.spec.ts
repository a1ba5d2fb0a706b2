import { expect, fillSignIn, rowOf, signIn, test, violations } from './fixtures'
import { dockOf, drop } from './uploading'

const CSV = 'id,city,price\n1,Hamburg,2.5\n2,Lisbon,\n'

test('a new account can be made and is signed in at once, also after a reload', async ({ page }) => {
  await page.goto('/')
  await page.getByRole('button', { name: 'Create an account' }).click()
  await page.getByLabel('Username').fill(`new${Date.now()}`)
  await page.getByLabel('Password', { exact: true }).fill('quay-side-planks-42')
  await page.getByRole('button', { name: 'Create account' }).click()
  await expect(page.getByText('Drop CSV files here')).toBeVisible()
  await page.reload()
  await expect(page.getByText('Drop CSV files here')).toBeVisible()
})

test('a wrong password is refused in words', async ({ page, account }) => {
  await page.goto('/')
  await fillSignIn(page, { ...account, password: 'not this one' })
  await expect(page.getByRole('alert')).toContainText('do not belong together')
})

test('another browser of the same person sees a new file at once', async ({
  page,
  browser,
  account,
  server,
}) => {
  await signIn(page, account)
  const other = await browser.newContext({ baseURL: server.url })
  const elsewhere = await other.newPage()
  await signIn(elsewhere, account)
  await drop(page, [{ name: 'seen.csv', bytes: 2000 }])
  await expect(rowOf(page, 'seen.csv')).toBeVisible()
  // Alone it takes a tenth of a second.
  await expect(rowOf(elsewhere, 'seen.csv')).toBeVisible({ timeout: 5000 })
  await other.close()
})

test('sharing a file tells everybody, and opens it to them', async ({
  page,
  browser,
  account,
  makeAccount,
  seed,
  server,
}) => {
  await seed(account, 'shared.csv', CSV)
  await signIn(page, account)
  const friend = await makeAccount()
  const other = await browser.newContext({ baseURL: server.url })
  const theirs = await other.newPage()
  await signIn(theirs, friend)

  await page.getByRole('link', { name: 'shared.csv' }).click()
  await page.getByRole('switch', { name: 'Shared with everybody' }).click()
  await expect(theirs.getByText(`${account.username} shared a file`)).toBeVisible()
  await theirs.getByRole('alert').getByRole('link', { name: 'shared.csv' }).click()
  await expect(theirs.getByRole('grid')).toBeVisible()
  await expect(theirs.getByRole('button', { name: 'Delete', exact: true })).toBeHidden()

  await page.getByRole('switch', { name: 'Shared with everybody' }).click()
  await theirs.goto('/files')
  await expect(theirs.getByText('Drop CSV files here')).toBeVisible()
  await other.close()
})

test('delete can be undone; when it is not, the file is gone', async ({ page, account, seed, filesOf }) => {
  await seed(account, 'keep.csv', CSV)
  await seed(account, 'lose.csv', CSV)
  await signIn(page, account)
  const remove = async (name: string) => {
    await page.getByRole('button', { name: `Actions for ${name}` }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await expect(rowOf(page, name)).toBeHidden()
  }
  await remove('keep.csv')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(rowOf(page, 'keep.csv')).toBeVisible()
  await remove('lose.csv')
  await expect
    .poll(async () => (await filesOf(account)).map(({ name }) => name), { timeout: 20_000 })
    .toEqual(['keep.csv'])
})

test('leaving the page carries out a deletion that was not undone', async ({
  page,
  account,
  seed,
  filesOf,
}) => {
  await seed(account, 'leave.csv', CSV)
  await signIn(page, account)
  await page.getByRole('button', { name: 'Actions for leave.csv' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await expect(rowOf(page, 'leave.csv')).toBeHidden()
  await page.goto('about:blank')
  await expect.poll(async () => (await filesOf(account)).length).toBe(0)
})

test('a file shows its columns and rows, can be renamed and downloaded', async ({ page, account, seed }) => {
  await seed(account, 'cities.csv', CSV)
  await signIn(page, account)
  await page.getByRole('link', { name: 'cities.csv' }).click()
  const table = page.getByRole('grid')
  await expect(table.getByRole('columnheader', { name: /city/ })).toBeVisible()
  await expect(table.getByRole('row').nth(1)).toContainText('Hamburg')
  await expect(table.getByRole('row').nth(2)).toContainText('null')

  await page.getByRole('button', { name: 'Rename' }).click()
  await page.getByLabel('New name').fill('towns.csv')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'towns.csv' })).toBeVisible()
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download the upload' }).click()
  expect((await download).suggestedFilename()).toBe('towns.csv')
})

test('search, sort, status and page stand in the address and survive a reload', async ({
  page,
  account,
  seed,
}) => {
  const list = Array.from({ length: 27 }, (_, n) => `list-${String(n).padStart(2, '0')}.csv`)
  await Promise.all(list.map((name) => seed(account, name, CSV)))
  await seed(account, 'empty.csv', 'id\n')
  await signIn(page, account)
  const names = () => page.getByRole('row').getByRole('link').allTextContents()

  await page.getByRole('button', { name: 'Name', exact: true }).click()
  await expect(page).toHaveURL(/sort=name/)
  await expect.poll(async () => (await names())[0]).toBe('empty.csv')
  await page.getByRole('button', { name: 'Next page' }).click()
  await expect.poll(names).toEqual(['list-24.csv', 'list-25.csv', 'list-26.csv'])
  await page.reload()
  await expect.poll(names).toEqual(['list-24.csv', 'list-25.csv', 'list-26.csv'])
  await page.goBack()
  await expect.poll(async () => (await names()).length).toBe(25)

  await page.getByLabel('Search files by name').fill('list-1')
  await expect.poll(async () => (await names()).length).toBe(10)
  await expect(page).toHaveURL(/q=list-1/)
  await page.getByLabel('Search files by name').fill('')
  await page.getByRole('radiogroup').getByText('Error', { exact: true }).click()
  await expect.poll(names).toEqual(['empty.csv'])
  await page.reload()
  await expect.poll(names).toEqual(['empty.csv'])
})

test('the chosen theme is there before the first paint', async ({ page, account }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await signIn(page, account)
  await page.getByRole('button', { name: 'Theme' }).click()
  await page.getByRole('menuitemradio', { name: 'Dark' }).click()
  await page.addInitScript(() => {
    document.addEventListener('readystatechange', () => {
      const scheme = document.documentElement.getAttribute('data-mantine-color-scheme')
      sessionStorage.setItem('first-scheme', sessionStorage.getItem('first-scheme') ?? `${scheme}`)
    })
  })
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Files', level: 1 })).toBeVisible()
  expect(await page.evaluate(() => sessionStorage.getItem('first-scheme'))).toBe('dark')

  await page.getByRole('button', { name: 'Theme' }).click()
  await page.getByRole('menuitemradio', { name: 'System' }).click()
  for (const colorScheme of ['light', 'dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme)
  }
})

test('the interface is shown without any other host, and under a policy that forbids them', async ({
  page,
  server,
}) => {
  const foreign: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url) && !request.url().startsWith('data:'))
      foreign.push(request.url())
  })
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.goto('/docs')
  await expect(page.getByRole('heading', { name: /^Parquay/ })).toBeVisible()
  await page.getByRole('button', { name: /^GET .*readyz Readyz/ }).click()
  await page.getByRole('button', { name: 'Try it out' }).click()
  await page.getByRole('button', { name: 'Execute' }).click()
  await expect(page.locator('.live-responses-table')).toContainText('"ready"')
  expect(foreign).toEqual([])
  expect(complaints).toEqual([])
})

test('people by name get a role, are told of it, and can do what it says and no more', async ({
  page,
  browser,
  account,
  makeAccount,
  seed,
  server,
}) => {
  await seed(account, 'roles.csv', CSV)
  await signIn(page, account)
  const friend = await makeAccount()
  const other = await browser.newContext({ baseURL: server.url })
  const theirs = await other.newPage()
  await signIn(theirs, friend)

  await page.getByRole('button', { name: 'Actions for roles.csv' }).click()
  await page.getByRole('menuitem', { name: 'Share with people' }).click()
  const dialog = page.getByRole('dialog', { name: 'Who may see roles.csv' })
  await dialog.getByLabel('Username', { exact: true }).fill('nobody-of-that-name')
  await dialog.getByRole('button', { name: 'Add' }).click()
  await expect(dialog.getByRole('alert')).toBeVisible()
  await dialog.getByLabel('Username', { exact: true }).fill(friend.username)
  await dialog.getByRole('button', { name: 'Add' }).click()
  await expect(dialog.getByRole('listitem')).toHaveCount(1)
  await expect(theirs.getByText(`${account.username} shared a file`)).toBeVisible()
  await expect(rowOf(theirs, 'roles.csv')).toContainText('May look')
  expect(await violations(page)).toEqual([])

  await dialog.getByLabel(`Role of ${friend.username}`).click()
  await page.getByRole('option', { name: 'May edit rows' }).click()
  await expect(rowOf(theirs, 'roles.csv')).toContainText('May edit rows')
  await theirs.getByRole('link', { name: 'roles.csv', exact: true }).first().click()
  await expect(theirs.getByText('You may edit rows')).toBeVisible()
  await expect(theirs.getByRole('button', { name: 'Rename' })).toBeHidden()

  await dialog.getByRole('button', { name: `Take access from ${friend.username}` }).click()
  await theirs.getByRole('link', { name: 'Files', exact: true }).click()
  await expect(rowOf(theirs, 'roles.csv')).toBeHidden()
  await other.close()
})

test('an address that leads nowhere says so', async ({ page, account }) => {
  await signIn(page, account)
  await page.goto(`${account.url}/filez/abc`)
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible()
  await page.getByRole('link', { name: 'To the files' }).click()
  await expect(page.getByRole('heading', { name: 'Files', level: 1 })).toBeVisible()
})

test('the dock stands beside the list, tells why a file is no table, and goes when all is said', async ({
  page,
  account,
  seed,
}) => {
  await page.setViewportSize({ width: 1440, height: 900 })
  for (let n = 0; n < 14; n += 1) await seed(account, `note-${n}.txt`, `no table ${n}`)
  await signIn(page, account)
  const dock = dockOf(page)
  await drop(page, [
    { name: 'broken.csv', text: 'id,city\n' },
    { name: 'fine.csv', text: CSV },
  ])
  await expect(rowOf(page, 'fine.csv')).toContainText('Done')
  await expect(dock).toContainText('The file has a header but no rows')

  // Every row's menu and the pager can be hit while the dock is open.
  const covered = () =>
    page.evaluate(() => {
      const buttons = [...document.querySelectorAll<HTMLElement>('main tbody button, main nav button')]
      return buttons
        .filter((button) => {
          button.scrollIntoView({ block: 'nearest' })
          const { x, y, width, height } = button.getBoundingClientRect()
          const top = document.elementFromPoint(x + width / 2, y + height / 2)
          return !button.contains(top) && !button.hasAttribute('disabled')
        })
        .map((button) => button.ariaLabel)
    })
  expect(await covered()).toEqual([])
  await page.mouse.move(10, 10)
  await expect(dock).toBeHidden()
  expect(await covered()).toEqual([])
})

test('an upload that nobody sends any more does not look as if it were running', async ({
  page,
  account,
}) => {
  const headers = {
    Authorization: `Bearer ${account.token}`,
    'Tus-Resumable': '1.0.0',
    'Upload-Length': '1000',
    'Upload-Metadata': `filename ${Buffer.from('elsewhere.csv').toString('base64')}`,
  }
  await fetch(`${account.url}/files`, { method: 'POST', headers })
  await page.clock.install()
  await signIn(page, account)
  await expect(rowOf(page, 'elsewhere.csv')).toContainText('Uploading')
  await page.clock.fastForward(60_000)
  await expect(rowOf(page, 'elsewhere.csv')).toContainText('Unfinished')
  await expect(rowOf(page, 'elsewhere.csv')).toContainText('It goes on where it was begun')
})

test('the password is changed and other sessions are ended from the menu of the account', async ({
  page,
  account,
}) => {
  await signIn(page, account)
  await page.getByRole('button', { name: `Account of ${account.username}` }).click()
  await page.getByRole('menuitem', { name: 'Password and sessions' }).click()
  const dialog = page.getByRole('dialog', { name: 'Password and sessions' })
  await expect(dialog.getByRole('listitem')).toHaveCount(2)
  await dialog.getByLabel('Password until now').fill('not this one at all')
  await dialog.getByLabel('New password').fill('another-quay-of-planks-7')
  await dialog.getByRole('button', { name: 'Change the password' }).click()
  await expect(dialog.getByRole('alert')).toBeVisible()
  await dialog.getByLabel('Password until now').fill(account.password)
  await dialog.getByRole('button', { name: 'Change the password' }).click()
  await expect(page.getByText('The password is changed')).toBeVisible()
  await expect(dialog.getByRole('listitem')).toHaveCount(1)
  expect(await violations(page)).toEqual([])
})
