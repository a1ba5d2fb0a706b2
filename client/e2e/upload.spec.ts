import { createHash } from 'node:crypto'
import { expect, rowOf, signIn, test } from './fixtures'
import {
  dockOf,
  drop,
  percentOf,
  recordBar,
  spyUploads,
  startUpload,
  throttle,
  waitForPercent,
} from './uploading'

const SIZE = 3_000_000

test('three dropped files end as Done, Error and Done, although the server is killed in the middle', async ({
  page,
  account,
  server,
  arrived,
}) => {
  const uploads = spyUploads(page.context())
  await signIn(page, account)
  const limit = await throttle(page)
  await limit(400_000)

  const [big] = await drop(page, [
    { name: 'big.csv', bytes: 20_000_000 },
    { name: 'header-only.csv' },
    { name: 'notes.pdf', text: '%PDF-1.7 no table at all' },
  ])
  for (const name of ['big.csv', 'header-only.csv', 'notes.pdf'])
    await expect(rowOf(page, name)).toBeVisible()
  await expect(rowOf(page, 'big.csv')).toContainText('Uploading')

  await waitForPercent(page, 'big.csv', 10)
  await expect(dockOf(page)).toContainText(/MB of 20\.0 MB · .*B\/s · .*left/)
  expect(await percentOf(page, 'big.csv')).toBeLessThan(90)

  await server.kill()
  await expect(dockOf(page)).toContainText(/Server not reachable, retrying/)
  await expect(page.getByText('Reconnecting')).toBeVisible()
  await limit(0)
  await server.start()

  await expect(rowOf(page, 'big.csv')).toContainText('Done', { timeout: 60_000 })
  await expect(rowOf(page, 'header-only.csv')).toContainText(/Error.*\S/)
  await expect(rowOf(page, 'notes.pdf')).toContainText('Done')

  expect(uploads.creations().filter(({ length }) => length === big?.size)).toHaveLength(1)
  expect(uploads.sends().some(({ offset }) => (offset ?? 0) > 0)).toBe(true)

  const entry = await arrived(account, 'big.csv')
  const content = await page.request.get(`/api/files/${entry.id}/content`)
  const sent = createHash('sha256').update(await content.body())
  expect(sent.digest('hex')).toBe(big?.sha256)
  expect(entry.sha256).toBe(big?.sha256)
})

test('Processing can be seen for three seconds before Done', async ({ page, account }) => {
  await signIn(page, account)
  // The page itself notes when each word appears first; a test that looks from outside looks too late.
  await page.evaluate(() => {
    const seen: Record<string, number> = {}
    const look = () => {
      const text = document.querySelector('tbody')?.textContent ?? ''
      for (const word of ['Processing', 'Done']) if (text.includes(word)) seen[word] ??= performance.now()
      if (seen.Processing && seen.Done) document.body.dataset.shownFor = String(seen.Done - seen.Processing)
    }
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true })
  })
  await drop(page, [{ name: 'quick.csv', bytes: 2000 }])
  await expect(rowOf(page, 'quick.csv')).toContainText('Done')
  const shownFor = Number(await page.locator('body').getAttribute('data-shown-for'))
  expect(shownFor).toBeGreaterThanOrEqual(3000)
})

test('pause stops the bytes; resume goes on behind them, also through a broken proxy; the bar never goes back', async ({
  page,
  account,
  filesOf,
  arrived,
}) => {
  const { uploads, limit, act, file } = await startUpload(page, account, { name: 'pause.csv', bytes: SIZE })
  const values = await recordBar(page, 'pause.csv')
  const stopped = page.waitForEvent('requestfailed', (request) => request.method() === 'PATCH')
  await act('Pause')
  await stopped
  await expect(page.getByText(/Paused at \d+%, safe on the server/)).toBeVisible()
  const stored = async () => (await filesOf(account))[0]?.offset ?? 0
  const before = await stored()

  let refused = 0
  await page.route(/\/files\/[^/]+$/, async (route) => {
    if (route.request().method() !== 'HEAD' || refused >= 3) return route.fallback()
    refused += 1
    return route.fulfill({ status: 502, body: 'Bad gateway' })
  })
  const asked = uploads.asked().length
  await act('Resume')
  await expect(page.getByText(/retrying/)).toBeVisible()
  // Nobody sends in between, so what is stored now is what was stored when the bytes were stopped.
  await expect.poll(() => refused).toBe(3)
  const after = await stored()
  await limit(SIZE / 12)
  await waitForPercent(page, 'pause.csv', 30)
  await limit(0)
  const { sha256 } = await arrived(account, 'pause.csv')

  expect(sha256).toBe(file.sha256)
  expect(after - before).toBeLessThan(SIZE / 10)
  expect(uploads.creations()).toHaveLength(1)
  expect(uploads.asked().length - asked).toBe(4)
  expect(uploads.sends()).toHaveLength(2)
  expect(uploads.sends()[1]?.offset).toBe(after)
  const seen = await values()
  expect(seen.length).toBeGreaterThan(2)
  expect(seen).toEqual([...seen].sort((a, b) => a - b))
})

test('cancel can be undone, and deletes on the server when it is not', async ({ page, account, filesOf }) => {
  const { act } = await startUpload(page, account, { name: 'cancel.csv', bytes: SIZE })
  await act('Cancel')
  await expect(rowOf(page, 'cancel.csv')).toBeHidden()
  await act('Undo cancelling')
  await expect(rowOf(page, 'cancel.csv')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Pause cancel.csv' })).toBeVisible()

  await act('Cancel')
  await expect.poll(async () => (await filesOf(account)).length).toBe(0)
  await expect(page.getByText('Drop CSV files here')).toBeVisible()
})

test('a screen reader hears the start, a few notes between, and the end, never in a hurry', async ({
  page,
  account,
}) => {
  await signIn(page, account)
  const limit = await throttle(page)
  await limit(750_000)
  await page.getByTestId('announcer').evaluate((region) => {
    const heard: { at: number; text: string }[] = []
    Object.assign(window, { heard })
    new MutationObserver(() => heard.push({ at: performance.now(), text: region.textContent ?? '' })).observe(
      region,
      { childList: true, characterData: true, subtree: true },
    )
  })
  await drop(page, [{ name: 'spoken.csv', bytes: SIZE }])
  const heard = () =>
    page.evaluate(() => (window as unknown as { heard: { at: number; text: string }[] }).heard)
  await expect.poll(async () => (await heard()).at(-1)?.text).toBe('1 file uploaded.')
  const notes = await heard()
  expect(notes[0]?.text).toBe('Uploading 1 file.')
  expect(notes.length).toBeLessThanOrEqual(5)
  // Quarters come a second apart here: without the pause of two between notes one would follow sooner.
  const between = notes.slice(0, -1)
  for (const [index, { at }] of between.entries())
    if (index > 0) expect(at - (between[index - 1]?.at ?? 0)).toBeGreaterThan(1500)
})
