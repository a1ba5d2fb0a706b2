import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Page } from '@playwright/test'
import { type Account, expect, signIn, test } from '../e2e/fixtures'
import { drop, throttle } from '../e2e/uploading'

const REPO = resolve(import.meta.dirname, '..', '..')
const IMAGES = join(REPO, 'docs', 'images')
const SAMPLES = join(REPO, 'data', 'samples')
const RATE = 2_000_000

const picture = (page: Page, name: string) => page.screenshot({ path: join(IMAGES, `${name}.png`) })

/** The page may still fade something in; what is asked for is a picture of it at rest. */
const atRest = (page: Page) =>
  page.evaluate(() => Promise.all(document.getAnimations().map((each) => each.finished.catch(() => null))))

/** The account that everybody has who tries it out. */
const demo = async (url: string): Promise<Account> => {
  const fields = { username: 'test', password: 'password' }
  const answer = await fetch(`${url}/login`, { method: 'POST', body: new URLSearchParams(fields) })
  const { token }: { token: string } = await answer.json()
  const [name = '', value = ''] = (answer.headers.getSetCookie()[0] ?? '').split(';')[0]?.split('=') ?? []
  return { ...fields, token, cookie: { name, value }, url }
}

test('pictures of the docs', async ({ page, server, seed, arrived }) => {
  const account = await demo(server.url)
  for (const name of ['iris.csv', 'planets.csv', 'quotes.csv', 'sales.csv']) {
    await seed(account, name, readFileSync(join(SAMPLES, name), 'utf8'))
    await arrived(account, name)
  }
  await seed(account, '売上 2026.csv', 'city,amount\n東京,1200\n大阪,950\n')
  const sales = await arrived(account, 'sales.csv')

  await page.emulateMedia({ colorScheme: 'light' })
  await signIn(page, account)
  const limit = await throttle(page)
  await limit(RATE)
  await drop(page, [{ name: 'measurements-2026.csv', bytes: 24_000_000 }])
  await expect(page.getByRole('progressbar').first()).toHaveAttribute('aria-valuenow', /^(1[5-9]|[2-9]\d)/)
  await atRest(page)
  await picture(page, 'files-light')
  await page.emulateMedia({ colorScheme: 'dark' })
  await atRest(page)
  await picture(page, 'files-dark')
  await limit(0)
  await arrived(account, 'measurements-2026.csv')

  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto(`/files/${sales.id}?sort=-total`)
  await expect(page.getByRole('grid')).toBeVisible()
  await atRest(page)
  await picture(page, 'table-light')
})
