import type { Page } from '@playwright/test'
import { expect, signIn, test, violations } from './fixtures'

type Sample = { timestamp: string; value: number }

const openSignals = async (page: Page) => {
  await page.getByRole('link', { name: 'Signals' }).click()
  await expect(page.getByRole('heading', { name: 'Live signals', level: 1 })).toBeVisible()
  await expect(page.getByRole('img', { name: /random over the last 5 minutes: \d+ samples/ })).toBeVisible()
}

/** How many samples are drawn, by the words below the plot. */
const drawn = async (page: Page): Promise<number> => {
  const words = (await page.getByText(/^\d+ samples? from/).textContent()) ?? ''
  return Number(/^\d+/.exec(words)?.[0])
}

/** The moment up to which is drawn, in seconds of the day. Unlike the count it goes on when the window is full. */
const drawnTo = async (page: Page): Promise<number> => {
  const words = (await page.getByText(/^\d+ samples? from/).textContent()) ?? ''
  const [, hours, minutes, seconds] = / to (\d\d):(\d\d):(\d\d)/.exec(words) ?? []
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}

const plotOf = (page: Page) => page.getByRole('img', { name: /over the last/ })

const picture = (page: Page) => plotOf(page).evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())

const values = async (page: Page): Promise<number[]> =>
  (await page.getByRole('table').locator('td[data-numeric]').allTextContents()).map(Number)

test('a signal grows as a plot, stands still on demand, and its samples are sorted and turned over', async ({
  page,
  account,
}) => {
  await signIn(page, account)
  await openSignals(page)
  const before = { to: await drawnTo(page), picture: await picture(page) }
  await expect.poll(() => drawnTo(page)).toBeGreaterThan(before.to + 2)
  expect(await picture(page)).not.toBe(before.picture)

  // Hovering tells value and time.
  const plot = plotOf(page)
  const box = await plot.boundingBox()
  if (!box) throw new Error('There is no plot.')
  const still = await (async () => {
    await page.getByRole('button', { name: 'Pause' }).click()
    await expect(page.getByText(/stopped at \d\d:\d\d:\d\d/)).toBeVisible()
    return picture(page)
  })()
  await page.mouse.move(box.x + box.width - 60, box.y + box.height / 2)
  await expect.poll(() => picture(page)).not.toBe(still)
  await page.mouse.move(0, 0)
  const stopped = await drawnTo(page)

  // What is stored goes on meanwhile; a sorted page is sorted.
  const table = page.getByRole('table')
  await table.getByRole('button', { name: 'Value' }).click()
  await expect(table.getByRole('columnheader', { name: 'Value' })).toHaveAttribute('aria-sort', 'descending')
  await expect(page).toHaveURL(/sort=-value/)
  await expect
    .poll(async () => {
      const found = await values(page)
      return (
        found.length > 2 && found.every((value, index) => index === 0 || value <= (found[index - 1] ?? 1))
      )
    })
    .toBe(true)
  await table.getByRole('button', { name: 'Value' }).click()
  await expect(table.getByRole('columnheader', { name: 'Value' })).toHaveAttribute('aria-sort', 'ascending')
  await table.getByRole('button', { name: 'Time' }).click()
  await expect(page).not.toHaveURL(/sort=/)
  expect(await drawnTo(page)).toBe(stopped)
  await page.getByRole('button', { name: 'Go on' }).click()
  await expect.poll(() => drawnTo(page)).toBeGreaterThan(stopped)

  await page.getByRole('combobox', { name: 'Signal' }).click()
  await page.getByRole('option', { name: 'queue depth' }).click()
  await expect(page.getByRole('img', { name: /^queue depth over/ })).toBeVisible()
  await expect(page).toHaveURL(/signal=queue_depth/)
  await page.reload()
  await expect(page.getByRole('img', { name: /^queue depth over/ })).toBeVisible()
})

test('a lost connection leaves no gap in the plot', async ({ page, account, server }) => {
  let cut = () => {}
  let refusing = false
  await page.routeWebSocket(/\/ws\/live/, (socket) => {
    if (refusing) return void socket.close()
    const upstream = socket.connectToServer()
    cut = () => {
      refusing = true
      void upstream.close()
      void socket.close()
    }
  })
  await signIn(page, account)
  await openSignals(page)
  await expect.poll(() => drawn(page)).toBeGreaterThan(1)
  cut()
  await expect(page.getByText('The connection was lost.')).toBeVisible()
  const known = await drawnTo(page)
  const stored = async (): Promise<Sample[]> => {
    const headers = { Authorization: `Bearer ${account.token}` }
    const answer = await fetch(`${server.url}/api/live/signals/random?size=1000&sort=timestamp`, { headers })
    return (await answer.json()).samples
  }
  const there = (await stored()).length
  await expect.poll(async () => (await stored()).length, { intervals: [500] }).toBeGreaterThan(there + 3)
  refusing = false
  await expect(page.getByText('The connection was lost.')).toBeHidden()
  await expect.poll(() => drawnTo(page)).toBeGreaterThan(known + 3)
  await page.getByRole('button', { name: 'Pause' }).click()
  const label = (await plotOf(page).getAttribute('aria-label')) ?? ''
  const [, count, first, last] = /(\d+) samples from ([\d:]+) to ([\d:]+);/.exec(label) ?? []
  const clock = ({ timestamp }: Sample) => new Date(timestamp).toLocaleTimeString('en-GB')
  const all = (await stored()).map(clock)
  const span = all.slice(all.indexOf(first ?? ''), all.indexOf(last ?? '') + 1)
  expect(span).toHaveLength(Number(count))
})

test('the page of signals has no accessibility fault that a machine finds, and fits a small screen', async ({
  page,
  account,
}) => {
  await signIn(page, account)
  await openSignals(page)
  await page.getByRole('button', { name: 'Pause' }).click()
  expect(await violations(page)).toEqual([])
  await page.setViewportSize({ width: 320, height: 640 })
  await expect
    .poll(() =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    )
    .toBe(0)
  await page.goto('/live?signal=none')
  await expect(page.getByText('There is no signal none.')).toBeVisible()
})

test('for somebody who wants little motion the plot goes on in steps of seconds, and can be stopped', async ({
  page,
  account,
}) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await signIn(page, account)
  await openSignals(page)
  // The moments, in seconds of the day, up to which something was drawn.
  await plotOf(page).evaluate((canvas) => {
    const ends: number[] = []
    Object.assign(window, { ends })
    const look = () => {
      const [, hours, minutes, seconds] =
        /to (\d\d):(\d\d):(\d\d);/.exec(canvas.getAttribute('aria-label') ?? '') ?? []
      const end = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
      if (ends.at(-1) !== end) ends.push(end)
    }
    look()
    new MutationObserver(look).observe(canvas, { attributeFilter: ['aria-label'] })
  })
  const ends = () => page.evaluate(() => (window as unknown as { ends: number[] }).ends)
  await expect.poll(async () => (await ends()).length).toBeGreaterThan(2)
  const [first = 0, second = 0, third = 0] = await ends()
  for (const step of [second - first, third - second])
    expect((step + 86_400) % 86_400).toBeGreaterThanOrEqual(3)

  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(page.getByText(/stopped at \d\d:\d\d:\d\d/)).toBeVisible()
  await page.getByRole('button', { name: 'Go on' }).click()
  await expect(page.getByText(/stopped at/)).toBeHidden()
})
