import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test as base, expect, rowOf, signIn, violations } from './fixtures'
import { RealServer } from './server'

const TEXT = `city,people\n${'Ulm,129000\n'.repeat(2000)}`

/** A server that may get files from this machine. */
const test = base.extend<{ source: string }, { server: RealServer }>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's needs from the pattern
    async ({}, use) => {
      const server = await RealServer.open({ PARQUAY_FETCH_ALLOW: '127.0.0.1' })
      await use(server)
      await server.close()
    },
    { scope: 'worker' },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: as above
  source: async ({}, use) => {
    const web: Server = createServer((_, answer) => answer.end(TEXT)).listen(0, '127.0.0.1')
    await new Promise((listening) => web.once('listening', listening))
    await use(`http://127.0.0.1:${(web.address() as AddressInfo).port}`)
    web.close()
  },
})

test('a file comes from a web address by the keyboard alone, and what may not be reached is said', async ({
  page,
  account,
  source,
}) => {
  await signIn(page, account)
  await page.getByRole('button', { name: 'From a web address' }).focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Get a file from the web' })
  await expect(dialog.getByLabel('Web address')).toBeFocused()

  await page.keyboard.type('http://10.0.0.1/cities.csv')
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('alert')).toContainText('10.0.0.1 is no public address')
  expect(await violations(page)).toEqual([])

  await dialog.getByLabel('Web address').fill(`${source}/cities.csv`)
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  await expect(rowOf(page, 'cities.csv')).toContainText('2,000')
})
