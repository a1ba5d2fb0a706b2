import {
  blobsKept,
  drop,
  expect,
  percentOf,
  rowOf,
  signIn,
  spyUploads,
  test,
  throttle,
  uploadBar,
  waitForPercent,
} from './fixtures'

const SIZE = 12_000_000
const MINUTE_MS = 60_000

test('a HEAD answered with 502 neither forgets the upload nor starts a second one', async ({
  page,
  context,
  account,
}) => {
  const uploads = spyUploads(context)
  await signIn(page, account)
  const limit = await throttle(page)
  await limit(1_000_000)
  const [file] = await drop(page, [{ name: 'proxy.csv', bytes: SIZE }])
  await waitForPercent(page, 'proxy.csv', 20)

  let refused = 0
  await page.route(/\/files\/[^/]+$/, async (route) => {
    if (route.request().method() !== 'HEAD' || refused >= 3) return route.fallback()
    refused += 1
    return route.fulfill({ status: 502, body: 'Bad gateway' })
  })
  await page.getByRole('button', { name: 'Pause proxy.csv' }).click()
  await page.getByRole('button', { name: 'Resume proxy.csv' }).click()
  await expect(page.getByText(/retrying/)).toBeVisible()
  await limit(0)
  await expect(rowOf(page, 'proxy.csv')).toContainText('Done', { timeout: 30_000 })
  expect(refused).toBe(3)
  expect(uploads.creations(file?.size)).toHaveLength(1)
})

test('a session that ends during an upload asks to sign in, and the same upload goes on', async ({
  page,
  context,
  account,
  server,
}) => {
  const uploads = spyUploads(context)
  await signIn(page, account)
  const limit = await throttle(page)
  await limit(1_000_000)
  const [file] = await drop(page, [{ name: 'session.csv', bytes: SIZE }])
  await waitForPercent(page, 'session.csv', 15)
  const cookies = await context.cookies()
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  await fetch(`${server.url}/api/logout`, { method: 'POST', headers: { Cookie: cookie, Origin: server.url } })
  await page.getByRole('button', { name: 'Pause session.csv' }).click()
  await page.getByRole('button', { name: 'Resume session.csv' }).click()

  const dialog = page.getByRole('dialog', { name: 'Sign in again' })
  await expect(dialog).toBeVisible()
  await limit(0)
  await dialog.getByLabel('Password', { exact: true }).fill(account.password)
  await dialog.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(dialog).toBeHidden()
  await expect(rowOf(page, 'session.csv')).toContainText('Done', { timeout: 30_000 })
  expect(uploads.creations(file?.size)).toHaveLength(1)
})

test('after a reload a large file is chosen again and goes on where it stopped', async ({
  page,
  context,
  account,
}, info) => {
  const { writeFile } = await import('node:fs/promises')
  const uploads = spyUploads(context)
  const path = info.outputPath('reload.csv')
  const text = `id,name\n${Array.from({ length: 700_000 }, (_, row) => `${row},planks of oak`).join('\n')}\n`
  await writeFile(path, text)
  const wrong = info.outputPath('wrong', 'reload.csv')
  await (await import('node:fs/promises')).mkdir(info.outputPath('wrong'))
  await writeFile(wrong, text.slice(0, 5_000_000))

  await signIn(page, account)
  const limit = await throttle(page)
  await limit(2_000_000)
  await page.getByTestId('file-input').setInputFiles(path)
  await waitForPercent(page, 'reload.csv', 30)
  page.on('dialog', (dialog) => void dialog.accept())
  await page.reload()

  const card = page.getByRole('region', { name: '1 upload can go on' })
  await expect(card).toContainText('Choose the file again')
  await card.getByTestId('reselect-input').setInputFiles(wrong)
  await expect(page.getByText(/That file has 5\.0 MB/)).toBeVisible()
  await writeFile(wrong, text.replace('0,planks of oak', '0,planks of ash'))
  await card.getByTestId('reselect-input').setInputFiles(wrong)
  await expect(page.getByText('That reload.csv begins differently')).toBeVisible()
  await limit(0)
  await card.getByTestId('reselect-input').setInputFiles(path)
  await expect(rowOf(page, 'reload.csv')).toContainText('Done', { timeout: 30_000 })
  expect(uploads.creations()).toHaveLength(1)
  expect(uploads.sends().at(-1)?.offset).toBeGreaterThan(0)
})

test('after a reload a small file goes on with one click, and the paused one too', async ({
  page,
  context,
  account,
}) => {
  const uploads = spyUploads(context)
  await signIn(page, account)
  const limit = await throttle(page)
  await limit(500_000)
  await drop(page, [{ name: 'small.csv', bytes: 6_000_000 }])
  await waitForPercent(page, 'small.csv', 20)
  await page.getByRole('button', { name: 'Pause small.csv' }).click()
  await expect(page.getByText(/Paused at/)).toBeVisible()
  await blobsKept(page)
  await page.reload()
  await expect(page.getByRole('region', { name: '1 upload can go on' })).toBeVisible()
  await limit(0)
  await page.getByRole('button', { name: 'Resume all' }).click()
  await expect(rowOf(page, 'small.csv')).toContainText('Done', { timeout: 30_000 })
  expect(uploads.creations()).toHaveLength(1)
})

test('discard deletes what is left over, on the server too', async ({ page, account, filesOf }) => {
  await signIn(page, account)
  const limit = await throttle(page)
  await limit(1_000_000)
  await drop(page, [{ name: 'discard.csv', bytes: SIZE }])
  await waitForPercent(page, 'discard.csv', 20)
  page.on('dialog', (dialog) => void dialog.accept())
  await page.reload()
  await expect(page.getByRole('region', { name: '1 upload can go on' })).toBeVisible()
  await page.getByRole('button', { name: 'Discard', exact: true }).click()
  await expect.poll(async () => (await filesOf(account)).length, { timeout: 20_000 }).toBe(0)
})

test('signing out pauses an upload, and the same person signing in again goes on with it', async ({
  page,
  context,
  account,
}) => {
  const uploads = spyUploads(context)
  await signIn(page, account)
  const limit = await throttle(page)
  await limit(1_000_000)
  const [file] = await drop(page, [{ name: 'leave.csv', bytes: SIZE }])
  await waitForPercent(page, 'leave.csv', 15)
  await page.getByRole('button', { name: `Account of ${account.username}` }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page.getByRole('heading', { name: 'Sign in to Parquay' })).toBeVisible()
  await expect(page.getByText('leave.csv')).toBeHidden()
  await limit(0)
  await page.getByLabel('Username').fill(account.username)
  await page.getByLabel('Password', { exact: true }).fill(account.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(rowOf(page, 'leave.csv')).toContainText('Done', { timeout: 30_000 })
  expect(uploads.creations(file?.size)).toHaveLength(1)
  expect(uploads.sends().at(-1)?.offset).toBeGreaterThan(0)
})

test('a minute without network is said at once, and nothing fails', async ({
  page,
  context,
  account,
  server,
}) => {
  const uploads = spyUploads(context)
  await signIn(page, account)
  const limit = await throttle(page)
  await limit(1_000_000)
  const [file] = await drop(page, [{ name: 'offline.csv', bytes: SIZE }])
  await waitForPercent(page, 'offline.csv', 15)
  await context.setOffline(true)
  await expect(page.getByText('You are offline.')).toBeVisible()
  await expect(page.getByText(/Waiting for network/)).toBeVisible()
  const waiting = await percentOf(page, 'offline.csv')
  // The browser only pretends: what it is sending goes on. A real cut ends the connection too.
  await server.kill()
  await server.start()
  await page.waitForTimeout(MINUTE_MS)
  await expect(page.getByText(/Waiting for network/)).toBeVisible()
  await limit(0)
  await context.setOffline(false)
  await expect(page.getByText('You are offline.')).toBeHidden()
  await expect(rowOf(page, 'offline.csv')).toContainText('Done', { timeout: 40_000 })
  expect(waiting).toBeGreaterThan(0)
  expect(uploads.creations(file?.size)).toHaveLength(1)
})

test('a second tab shows the same upload, does not send it, and can pause it', async ({
  page,
  context,
  account,
}) => {
  const uploads = spyUploads(context)
  await signIn(page, account)
  const limit = await throttle(page)
  await limit(400_000)
  const [file] = await drop(page, [{ name: 'tabs.csv', bytes: SIZE }])
  await waitForPercent(page, 'tabs.csv', 10)
  const second = await context.newPage()
  await second.goto('/files')
  await expect(uploadBar(second, 'tabs.csv')).toBeVisible()
  await waitForPercent(second, 'tabs.csv', 12)
  await second.getByRole('button', { name: 'Pause tabs.csv' }).click()
  await expect(page.getByText(/Paused at/)).toBeVisible()
  expect(uploads.sends()).toHaveLength(1)
  await limit(0)
  await second.getByRole('button', { name: 'Resume tabs.csv' }).click()
  await expect(rowOf(second, 'tabs.csv')).toContainText('Done', { timeout: 30_000 })
  expect(uploads.creations(file?.size)).toHaveLength(1)
})

test('413, 415, 422 and 507 are told in plain words and not tried again', async ({ page, account }) => {
  const refusals = [
    [413, 'Too large for the server'],
    [415, 'This kind of file is not accepted'],
    [422, 'The server could not accept this file'],
    [507, 'The server is out of space'],
  ] as const
  const asked: number[] = []
  await signIn(page, account)
  await page.route('**/files', (route) => {
    if (route.request().method() !== 'POST') return route.fallback()
    const status = refusals[asked.length]?.[0] ?? 500
    asked.push(status)
    const problem = { type: 'about:blank', title: 'No', status, detail: `Because of ${status}.`, code: 'no' }
    return route.fulfill({ status, contentType: 'application/problem+json', body: JSON.stringify(problem) })
  })
  for (const [status, words] of refusals) {
    await drop(page, [{ name: `refused-${status}.csv`, bytes: 5000 }])
    await expect(page.getByText(`${words}. Because of ${status}.`)).toBeVisible()
  }
  await expect(page.getByText('4 uploads failed', { exact: true })).toBeVisible()
  expect(asked).toEqual([413, 415, 422, 507])
})
