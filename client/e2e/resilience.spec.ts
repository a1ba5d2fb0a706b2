import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { expect, fillSignIn, rowOf, signIn, test } from './fixtures'
import {
  blobsKept,
  drop,
  recoveryCard,
  reloadAnyway,
  spyUploads,
  startUpload,
  throttle,
  uploadBar,
  waitForPercent,
} from './uploading'

const SIZE = 3_000_000

test('a session that ends during an upload asks to sign in, and the same upload goes on, also after 429', async ({
  page,
  context,
  account,
  server,
  arrived,
}) => {
  const { uploads, limit, act, file } = await startUpload(page, account, { name: 'session.csv', bytes: SIZE })
  const cookies = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
  await fetch(`${server.url}/api/logout`, {
    method: 'POST',
    headers: { Cookie: cookies, Origin: server.url },
  })
  const answers = [
    { status: 401, body: '{}' },
    { status: 429, headers: { 'Retry-After': '2' } },
  ]
  await page.route(/\/files\/[^/]+$/, (route) => {
    const answer = route.request().method() === 'PATCH' ? answers.shift() : undefined
    return answer ? route.fulfill(answer) : route.fallback()
  })
  const dialog = page.getByRole('dialog', { name: 'Sign in again' })
  const signInAgain = async () => {
    await expect(dialog).toBeVisible()
    await dialog.getByLabel('Password', { exact: true }).fill(account.password)
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click()
  }

  // HEAD is the first to be refused, the next time it is PATCH.
  await act('Pause')
  await act('Resume')
  await signInAgain()
  await expect.poll(() => answers.length).toBe(1)
  await signInAgain()
  await expect.poll(() => answers.length).toBe(0)
  await expect(page.getByText(/retrying/)).toBeVisible()
  await expect(dialog).toBeHidden()
  await limit(0)
  expect((await arrived(account, 'session.csv')).sha256).toBe(file.sha256)
  expect(uploads.creations()).toHaveLength(1)
})

test('after a reload a large file is chosen again and goes on where it stopped', async ({
  page,
  context,
  account,
  arrived,
}, info) => {
  const uploads = spyUploads(context)
  const path = info.outputPath('reload.csv')
  const text = `id,name\n${Array.from({ length: 640_000 }, (_, row) => `${row},planks of oak`).join('\n')}\n`
  await writeFile(path, text)
  const wrong = info.outputPath('wrong', 'reload.csv')
  await mkdir(info.outputPath('wrong'))
  await writeFile(wrong, text.slice(0, 5_000_000))

  await signIn(page, account)
  const limit = await throttle(page)
  await limit(300_000)
  await page.getByTestId('file-input').setInputFiles(path)
  await waitForPercent(page, 'reload.csv', 10)
  await reloadAnyway(page)

  const card = recoveryCard(page)
  await expect(card).toContainText('Choose the file again')
  await card.getByTestId('reselect-input').setInputFiles(wrong)
  await expect(page.getByText(/That file has 5\.0 MB/)).toBeVisible()
  await writeFile(wrong, text.replace('0,planks of oak', '0,planks of ash'))
  await card.getByTestId('reselect-input').setInputFiles(wrong)
  await expect(page.getByText('That reload.csv begins differently')).toBeVisible()
  await limit(0)
  await card.getByTestId('reselect-input').setInputFiles(path)
  const { sha256 } = await arrived(account, 'reload.csv')
  expect(sha256).toBe(createHash('sha256').update(text).digest('hex'))
  expect(uploads.creations()).toHaveLength(1)
  expect(uploads.sends().at(-1)?.offset).toBeGreaterThan(0)
})

test('after a reload small files go on with one click, the paused one and the one that moved', async ({
  page,
  account,
  arrived,
}) => {
  const { uploads, limit, act } = await startUpload(page, account, { name: 'paused.csv', bytes: SIZE })
  await act('Pause')
  await expect(page.getByText(/Paused at/)).toBeVisible()
  await drop(page, [{ name: 'moving.csv', bytes: SIZE + 100_000 }])
  await waitForPercent(page, 'moving.csv', 4)
  await blobsKept(page, 2)
  await reloadAnyway(page)
  await expect(recoveryCard(page, '2')).toBeVisible()
  await limit(0)
  await page.getByRole('button', { name: 'Resume all' }).click()
  await arrived(account, 'paused.csv')
  await arrived(account, 'moving.csv')
  expect(uploads.creations()).toHaveLength(2)
})

test('discard deletes what is left over, on the server too', async ({ page, account, filesOf }) => {
  await startUpload(page, account, { name: 'discard.csv', bytes: 11_000_000, seconds: 90 })
  await reloadAnyway(page)
  await expect(recoveryCard(page)).toBeVisible()
  await page.getByRole('button', { name: 'Discard', exact: true }).click()
  await expect.poll(async () => (await filesOf(account)).length).toBe(0)
})

test('signing out pauses an upload, and the same person signing in again goes on with it', async ({
  page,
  account,
  arrived,
}) => {
  const { uploads, limit } = await startUpload(page, account, { name: 'leave.csv', bytes: SIZE })
  await page.getByRole('button', { name: `Account of ${account.username}` }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page.getByRole('heading', { name: 'Sign in to Parquay' })).toBeVisible()
  await expect(page.getByText('leave.csv')).toBeHidden()
  await limit(0)
  await fillSignIn(page, account)
  await arrived(account, 'leave.csv')
  expect(uploads.creations()).toHaveLength(1)
  expect(uploads.sends().at(-1)?.offset).toBeGreaterThan(0)
})

test('a second tab shows the same upload, does not send it, can pause it, and shares one stream of events', async ({
  page,
  context,
  account,
  arrived,
}) => {
  const streams: string[] = []
  context.on('request', (request) => {
    if (request.url().endsWith('/api/events')) streams.push(request.url())
  })
  const { uploads, limit } = await startUpload(page, account, { name: 'tabs.csv', bytes: SIZE })
  const second = await context.newPage()
  await second.goto('/files')
  await expect(uploadBar(second, 'tabs.csv')).toBeVisible()
  await expect(second.getByText('Live', { exact: true })).toBeVisible()
  await waitForPercent(second, 'tabs.csv', 8)
  await second.getByRole('button', { name: 'Pause tabs.csv' }).click()
  await expect(page.getByText(/Paused at/)).toBeVisible()
  expect(uploads.sends()).toHaveLength(1)
  expect(streams).toHaveLength(1)
  await limit(0)
  await second.getByRole('button', { name: 'Resume tabs.csv' }).click()
  await arrived(account, 'tabs.csv')
  await expect(rowOf(second, 'tabs.csv')).toContainText('Done')
  expect(uploads.creations()).toHaveLength(1)
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
