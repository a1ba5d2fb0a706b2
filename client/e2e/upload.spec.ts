import { createHash } from 'node:crypto'
import {
  drop,
  expect,
  percentOf,
  rowOf,
  signIn,
  spyUploads,
  test,
  throttle,
  waitForPercent,
} from './fixtures'

const BIG = 30_000_000

test('three dropped files end as Done, Error and Done, although the server is killed in the middle', async ({
  page,
  context,
  account,
  server,
  filesOf,
}) => {
  const uploads = spyUploads(context)
  await signIn(page, account)
  const limit = await throttle(page)
  await limit(2_500_000)

  const [big] = await drop(page, [
    { name: 'big.csv', bytes: BIG },
    { name: 'header-only.csv' },
    { name: 'notes.pdf', text: '%PDF-1.7 no table at all' },
  ])
  for (const name of ['big.csv', 'header-only.csv', 'notes.pdf'])
    await expect(rowOf(page, name)).toBeVisible()
  await expect(rowOf(page, 'big.csv')).toContainText('Uploading')

  await waitForPercent(page, 'big.csv', 10)
  const dock = page.getByRole('complementary', { name: 'Uploads' })
  await expect(dock).toContainText(/MB of 30\.0 MB · .*MB\/s · .*left/)
  await waitForPercent(page, 'big.csv', 30)
  const before = await percentOf(page, 'big.csv')
  expect(before).toBeLessThan(70)

  await server.kill()
  await expect(dock).toContainText(/Server not reachable, retrying/)
  await expect(page.getByText('Reconnecting')).toBeVisible()
  await limit(0)
  await server.start()

  await expect(rowOf(page, 'big.csv')).toContainText('Processing', { timeout: 40_000 })
  await expect(rowOf(page, 'big.csv')).toContainText('Done')
  await expect(rowOf(page, 'header-only.csv')).toContainText(/Error.*\S/)
  await expect(rowOf(page, 'notes.pdf')).toContainText('Done')

  expect(uploads.creations(big?.size)).toHaveLength(1)
  const resumed = uploads.sends().filter(({ offset }) => (offset ?? 0) > 0)
  expect(resumed).not.toHaveLength(0)

  const entry = (await filesOf(account)).find(({ name }) => name === 'big.csv')
  const content = await page.request.get(`/api/files/${entry?.id}/content`)
  expect(
    createHash('sha256')
      .update(await content.body())
      .digest('hex'),
  ).toBe(big?.sha256)
  expect(entry?.sha256).toBe(big?.sha256)
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

test('pause stops the bytes, resume goes on behind them, and the bar never goes back', async ({
  page,
  context,
  account,
}) => {
  const uploads = spyUploads(context)
  await signIn(page, account)
  const limit = await throttle(page)
  await limit(1_200_000)
  const [file] = await drop(page, [{ name: 'pause.csv', bytes: 12_000_000 }])
  await waitForPercent(page, 'pause.csv', 20)
  await page.getByRole('button', { name: 'Pause pause.csv' }).click()
  await expect(page.getByText(/Paused at \d+%, safe on the server/)).toBeVisible()
  const paused = await percentOf(page, 'pause.csv')

  await page.getByRole('button', { name: 'Resume pause.csv' }).click()
  const values: number[] = [paused]
  await expect
    .poll(
      async () => {
        const now = await percentOf(page, 'pause.csv')
        if (now >= 0) values.push(now)
        return now
      },
      { intervals: [50], timeout: 30_000 },
    )
    .toBeGreaterThan(60)
  await limit(0)
  await expect(rowOf(page, 'pause.csv')).toContainText('Done', { timeout: 30_000 })

  expect(values).toEqual([...values].sort((a, b) => a - b))
  expect(uploads.creations(file?.size)).toHaveLength(1)
  expect(uploads.sends().at(-1)?.offset).toBeGreaterThan(0)
})

test('cancel can be undone, and deletes on the server when it is not', async ({ page, account, filesOf }) => {
  await signIn(page, account)
  const limit = await throttle(page)
  await limit(500_000)
  await drop(page, [{ name: 'cancel.csv', bytes: 9_000_000 }])
  await waitForPercent(page, 'cancel.csv', 5)
  await page.getByRole('button', { name: 'Cancel cancel.csv' }).click()
  await expect(rowOf(page, 'cancel.csv')).toBeHidden()
  await page.getByRole('button', { name: 'Undo cancelling cancel.csv' }).click()
  await expect(rowOf(page, 'cancel.csv')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Pause cancel.csv' })).toBeVisible()

  await page.getByRole('button', { name: 'Cancel cancel.csv' }).click()
  await expect.poll(async () => (await filesOf(account)).length, { timeout: 20_000 }).toBe(0)
  await expect(page.getByText('Drop CSV files here')).toBeVisible()
})

test('a screen reader hears the start, a few notes between, and the end, never in a hurry', async ({
  page,
  account,
}) => {
  await signIn(page, account)
  const limit = await throttle(page)
  await limit(900_000)
  await page.getByTestId('announcer').evaluate((region) => {
    const heard: { at: number; text: string }[] = []
    Object.assign(window, { heard })
    new MutationObserver(() => heard.push({ at: performance.now(), text: region.textContent ?? '' })).observe(
      region,
      { childList: true, characterData: true, subtree: true },
    )
  })
  await drop(page, [{ name: 'spoken.csv', bytes: 10_000_000 }])
  await expect(rowOf(page, 'spoken.csv')).toContainText('Done', { timeout: 40_000 })
  const heard = await page.evaluate(
    () => (window as unknown as { heard: { at: number; text: string }[] }).heard,
  )
  const said = heard.map(({ text }) => text)
  expect(said[0]).toBe('Uploading 1 file.')
  expect(said.at(-1)).toBe('1 file uploaded.')
  expect(said.length).toBeLessThanOrEqual(6)
  const notes = heard.slice(0, -1)
  for (const [index, note] of notes.entries())
    if (index > 0) expect(note.at - (notes[index - 1]?.at ?? 0)).toBeGreaterThan(1900)
})
