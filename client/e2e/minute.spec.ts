import { expect, isLive, signIn, test } from './fixtures'
import { percentOf, startUpload } from './uploading'

const SIZE = 3_000_000
const MINUTE_MS = 60_000

/** This takes long and does little: it is the first to start, and the others run beside it. */
test('a minute without network, or without a server, is said at once, and nothing fails', async ({
  page,
  browser,
  account,
  makeAccount,
  server,
  arrived,
}) => {
  test.setTimeout(300_000)
  const elsewhere = await browser.newContext({ baseURL: server.url })
  const theirs = await elsewhere.newPage()
  const friend = await makeAccount()
  const online = await startUpload(theirs, friend, { name: 'online.csv', bytes: SIZE, seconds: 120 })
  const offline = await startUpload(page, account, { name: 'offline.csv', bytes: SIZE, seconds: 120 })

  await page.context().setOffline(true)
  await expect(page.getByRole('status').getByText('You are offline.')).toBeVisible()
  await expect(page.getByText(/Waiting for network/)).toBeVisible()
  expect(await percentOf(page, 'offline.csv')).toBeGreaterThan(0)
  // The browser only pretends: what it is sending goes on. A real cut ends the connection too.
  await server.kill()
  await expect(theirs.getByText(/Server not reachable, retrying/)).toBeVisible()
  await page.waitForTimeout(MINUTE_MS)
  await expect(page.getByText(/Waiting for network/)).toBeVisible()
  await expect(theirs.getByText(/Server not reachable, retrying in \d+ s \(attempt \d\)/)).toBeVisible()
  for (const each of [page, theirs]) await expect(each.getByText(/failed/i)).toBeHidden()

  // The proxy before the server says for a while that there is none.
  let refused = 0
  const proxied = /\/files\/[^/]+$/
  await theirs.route(proxied, async (route) => {
    if (!['HEAD', 'PATCH'].includes(route.request().method())) return route.fallback()
    refused += 1
    return route.fulfill({ status: 502, body: 'Bad gateway' })
  })
  await server.start()
  await offline.limit(0)
  await online.limit(0)
  // The stream of events came back too, and had the upload tried at once.
  await isLive(theirs)
  await expect.poll(() => refused).toBeGreaterThan(0)
  await expect(theirs.getByText(/retrying in \d+ s/)).toBeVisible()
  await theirs.unroute(proxied)
  // Its countdown can end first; then it goes on by itself, and there is nothing to press any more.
  await Promise.race([online.act('Retry now'), arrived(friend, 'online.csv')])
  await page.context().setOffline(false)
  await expect(page.getByText('You are offline.')).toBeHidden()
  for (const [owner, { file, uploads }] of [
    [account, offline],
    [friend, online],
  ] as const) {
    const { sha256 } = await arrived(owner, file.name)
    expect(sha256).toBe(file.sha256)
    expect(uploads.creations()).toHaveLength(1)
    expect(uploads.sends().at(-1)?.offset).toBeGreaterThan(0)
  }
  await elsewhere.close()
})

test('what happened while the stream was cut is there afterwards', async ({
  page,
  account,
  server,
  seed,
  filesOf,
}) => {
  await seed(account, 'before.csv', 'id,city\n1,Hamburg\n')
  await signIn(page, account)
  const row = (name: string) => page.getByRole('link', { name, exact: true })
  await expect(row('before.csv')).toBeVisible()
  // The server comes back, but for this page's stream it stays away.
  await page.route('**/api/events', (route) => route.abort())
  await server.kill()
  await expect(page.getByText('Reconnecting')).toBeVisible()
  await server.start()
  await seed(account, 'meanwhile.csv', 'id,city\n1,Oslo\n')
  const [old] = (await filesOf(account)).filter(({ name }) => name === 'before.csv')
  await page.request.delete(`/api/files/${old?.id}`, { headers: { Origin: server.url } })
  await expect(page.getByText('Reconnecting')).toBeVisible()
  await expect(row('meanwhile.csv')).toBeHidden()
  await expect(row('before.csv')).toBeVisible()

  await page.unroute('**/api/events')
  await expect(row('meanwhile.csv')).toBeVisible()
  await expect(row('before.csv')).toBeHidden()
  await isLive(page)
})
