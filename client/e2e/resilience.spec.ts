import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { type Account, type Entry, expect, fillSignIn, isLive, rowOf, signIn, test } from './fixtures'
import { ReverseProxy } from './proxy'
import {
  addressKept,
  blobsKept,
  dockOf,
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

/** Another slow upload on a page that is there already; leaves it in the middle. */
const startAgain = async (page: Page, account: Account, name: string): Promise<void> => {
  await page.goto(`${account.url}/files`)
  await (await throttle(page))(100_000)
  await drop(page, [{ name, bytes: 11_000_000 }])
  await waitForPercent(page, name, 2)
  await addressKept(page)
  page.once('dialog', (dialog) => void dialog.accept())
}

test('a session that ends during an upload asks to sign in, and the same upload goes on, also after 429', async ({
  page,
  context,
  account,
  server,
  arrived,
}) => {
  const { uploads, limit, act, file } = await startUpload(page, account, { name: 'session.csv', bytes: SIZE })
  // A slow browser would hear of it by its event stream first, and be asked before it has sent anything.
  await page.route(/\/api\/events$/, () => undefined)
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
  await expect(page.getByText(/The server is busy, retrying/)).toBeVisible()
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

/** Sends what is missing of the only upload, as a request does that outlives its page. */
const sendTheRest = async (account: Account, entry: Entry | undefined): Promise<void> => {
  const headers = { Authorization: `Bearer ${account.token}`, 'Tus-Resumable': '1.0.0' }
  const url = `${account.url}/files/${entry?.id}`
  const offset = (await fetch(url, { method: 'HEAD', headers })).headers.get('Upload-Offset') ?? ''
  const answer = await fetch(url, {
    method: 'PATCH',
    headers: { ...headers, 'Upload-Offset': offset, 'Content-Type': 'application/offset+octet-stream' },
    body: Buffer.alloc((entry?.size ?? 0) - Number(offset), '1,2,3\n'),
  })
  expect(answer.status).toBe(204)
}

test('discard deletes what is left over, on the server too, and can be undone', async ({
  page,
  account,
  filesOf,
}) => {
  await startUpload(page, account, { name: 'discard.csv', bytes: 11_000_000, seconds: 90 })
  await reloadAnyway(page)
  const discard = page.getByRole('button', { name: 'Discard', exact: true })
  await discard.click()
  await expect(recoveryCard(page)).toBeHidden()
  await page.getByRole('alert').getByRole('button', { name: 'Undo' }).click()
  await expect(recoveryCard(page)).toBeVisible()
  expect(await filesOf(account)).toHaveLength(1)
  await discard.click()
  await expect.poll(async () => (await filesOf(account)).length).toBe(0)
})

test('an upload that was finished after its page was gone is no upload to discard: its file stays', async ({
  page,
  account,
  filesOf,
  arrived,
}) => {
  await startUpload(page, account, { name: 'whole.csv', bytes: 11_000_000, seconds: 90 })
  await reloadAnyway(page)
  await expect(recoveryCard(page)).toBeVisible()
  await sendTheRest(account, (await filesOf(account))[0])
  await page.getByRole('button', { name: 'Discard', exact: true }).click()
  await expect(recoveryCard(page)).toBeHidden()
  await expect(dockOf(page).getByRole('link', { name: 'whole.csv' })).toBeVisible()
  await expect(page.getByText('Discarded')).toBeHidden()
  await arrived(account, 'whole.csv')

  // Whoever opens the page only then does not see it among the unfinished ones at all.
  await startAgain(page, account, 'later.csv')
  const later = (await filesOf(account)).find(({ name }) => name === 'later.csv')
  await page.goto('about:blank')
  await sendTheRest(account, later)
  await page.goto(`${account.url}/files`)
  await expect(dockOf(page).getByRole('link', { name: 'later.csv' })).toBeVisible()
  await expect(recoveryCard(page)).toBeHidden()
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

test('two people in one browser: who signs in takes over every tab, and what one began never goes on as the other', async ({
  page,
  context,
  account,
  makeAccount,
  filesOf,
  arrived,
  seed,
}) => {
  const other = await makeAccount()
  await seed(account, 'secret-of-the-first.csv', 'id,city\n1,Hamburg\n')
  const { limit, uploads } = await startUpload(page, account, { name: 'begun.csv', bytes: SIZE })
  const second = await context.newPage()
  await second.goto('/files')
  const menu = (tab: Page, { username }: Account) =>
    tab.getByRole('button', { name: `Account of ${username}` })

  // Signing out reaches the other tab at once, and nothing can be read there any more.
  await menu(second, account).click()
  await second.getByRole('menuitem', { name: 'Sign out' }).click()
  for (const tab of [second, page]) {
    await expect(tab.getByRole('heading', { name: 'Sign in to Parquay' })).toBeVisible()
    await expect(tab.getByText('secret-of-the-first.csv')).toBeHidden()
  }

  // So does signing in as somebody else; what is dropped on the first tab is that one's.
  await fillSignIn(second, other)
  await expect(menu(page, other)).toBeVisible()
  await limit(0)
  await drop(page, [{ name: 'of-the-other.csv', bytes: 5000 }])
  await arrived(other, 'of-the-other.csv')
  expect((await filesOf(other)).map(({ name }) => name)).toEqual(['of-the-other.csv'])
  expect((await filesOf(account)).map(({ name }) => name).sort()).toEqual([
    'begun.csv',
    'secret-of-the-first.csv',
  ])

  // The first one comes back in the other tab: the upload goes on as what it was.
  await menu(second, other).click()
  await second.getByRole('menuitem', { name: 'Sign out' }).click()
  await fillSignIn(page, account)
  await expect(menu(second, account)).toBeVisible()
  await arrived(account, 'begun.csv')
  expect(uploads.creations()).toHaveLength(2)
})

test('a tab that nobody told finds out before it sends whose the session is', async ({
  page,
  account,
  makeAccount,
  seed,
  filesOf,
}) => {
  const other = await makeAccount()
  await seed(account, 'secret-of-the-first.csv', 'id,city\n1,Hamburg\n')
  await signIn(page, account)
  await expect(rowOf(page, 'secret-of-the-first.csv')).toContainText('Done')
  await page.context().addCookies([{ ...other.cookie, url: other.url }])
  await drop(page, [{ name: 'for-the-first.csv', bytes: 5000 }])
  await expect(page.getByRole('button', { name: `Account of ${other.username}` })).toBeVisible()
  await expect(page.getByText('secret-of-the-first.csv')).toBeHidden()
  await isLive(page)
  expect(await filesOf(other)).toEqual([])
})

test('behind the question to sign in again nothing of the list can be read', async ({
  page,
  account,
  server,
  seed,
}) => {
  await seed(account, 'secret.csv', 'id,city\n1,Hamburg\n')
  await signIn(page, account)
  await expect(rowOf(page, 'secret.csv')).toContainText('Done')
  const headers = { Cookie: `${account.cookie.name}=${account.cookie.value}`, Origin: server.url }
  await fetch(`${server.url}/api/logout`, { method: 'POST', headers })
  const dialog = page.getByRole('dialog', { name: 'Sign in again' })
  await expect(dialog).toBeVisible({ timeout: 20_000 }) // the stream of events ends, without a click
  await expect(page.getByText('secret.csv')).toBeHidden()
  await dialog.getByLabel('Password', { exact: true }).fill(account.password)
  await dialog.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(rowOf(page, 'secret.csv')).toBeVisible()
})

test('a proxy that takes only a megabyte at once is answered with smaller pieces, and remembered', async ({
  page,
  account,
  server,
  arrived,
}) => {
  const refused: number[] = []
  const proxy = await ReverseProxy.open(server.port, {
    mostBytes: 1024 * 1024,
    refused: (bytes) => refused.push(bytes),
  })
  try {
    const uploads = spyUploads(page.context())
    await signIn(page, { ...account, url: proxy.url })
    const [file] = await drop(page, [{ name: 'pieces.csv', bytes: 2_500_000 }])
    expect((await arrived(account, 'pieces.csv')).sha256).toBe(file?.sha256)
    expect(uploads.creations()).toHaveLength(1)
    expect(refused.length).toBeGreaterThan(0)

    await page.reload()
    await isLive(page)
    refused.length = 0
    await drop(page, [{ name: 'later.csv', bytes: 2_600_000 }])
    await arrived(account, 'later.csv')
    expect(refused).toEqual([])
  } finally {
    await proxy.close()
  }
})
