import { AxeBuilder } from '@axe-core/playwright'
import { test as base, type Cookie, expect, type Page } from '@playwright/test'
import { RealServer } from './server'

type SessionCookie = Pick<Cookie, 'name' | 'value'>
export type Account = {
  username: string
  password: string
  token: string
  cookie: SessionCookie
  url: string
}
export type Entry = {
  id: string
  name: string
  status: string
  size: number
  offset: number
  sha256: string | null
  shared: boolean
}

/** Calls the API as a script would, with the account's token. */
const call = async (server: RealServer, path: string, token: string | null, init: RequestInit = {}) => {
  const headers = { ...init.headers, ...(token && { Authorization: `Bearer ${token}` }) }
  const answer = await fetch(`${server.url}/api${path}`, { ...init, headers })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return answer
}

const cookieOf = (answer: Response): SessionCookie => {
  const [pair = ''] = (answer.headers.getSetCookie()[0] ?? '').split(';')
  const [name = '', value = ''] = pair.split('=')
  return { name, value }
}

let made = 0
const newAccount = async (server: RealServer): Promise<Account> => {
  made += 1
  const fields = { username: `person${made}x${Date.now()}`, password: 'quay-side-planks-42' }
  const init = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(fields),
  }
  await call(server, '/register', null, init)
  // Two sessions: the page may end its own, and the test still sees what is on the server.
  const { token }: { token: string } = await (await call(server, '/login', null, init)).json()
  const cookie = cookieOf(await call(server, '/login', null, init))
  return { ...fields, token, cookie, url: server.url }
}

type Tools = {
  server: RealServer
  account: Account
  makeAccount: () => Promise<Account>
  /** Puts a file there without the page. */
  seed: (account: Account, name: string, text: string) => Promise<Entry>
  filesOf: (account: Account) => Promise<Entry[]>
  /** Waits until the server has all of a file and has read it; does not wait for the page to show it. */
  arrived: (account: Account, name: string) => Promise<Entry>
}

export const test = base.extend<Omit<Tools, 'server'>, { server: RealServer }>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's needs from the pattern
    async ({}, use) => {
      const server = await RealServer.open()
      await use(server)
      await server.close()
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ server }, use) => use(server.url),
  account: async ({ server }, use) => use(await newAccount(server)),
  makeAccount: async ({ server }, use) => use(() => newAccount(server)),
  seed: async ({ server }, use) =>
    use(async (account, name, text) => {
      const body = new FormData()
      body.set('file', new Blob([text], { type: 'text/csv' }), name)
      return (await call(server, '/files', account.token, { method: 'POST', body })).json()
    }),
  filesOf: async ({ server }, use) =>
    use(async (account) => (await call(server, '/files?limit=100', account.token)).json()),
  arrived: async ({ filesOf }, use) =>
    use(async (account, name) => {
      let entry: Entry | undefined
      await expect(async () => {
        entry = (await filesOf(account)).find((each) => each.name === name)
        expect(entry?.status).toBe('done')
      }).toPass({ intervals: [250] })
      return entry as Entry
    }),
})

export { expect }

/** Waits until the page has what it shows, and the stream that keeps it fresh. */
export const isLive = (page: Page) => expect(page.getByText('Live', { exact: true })).toBeVisible()

/** Opens the list of files as somebody who has signed in before. */
export const signIn = async (page: Page, { cookie, url }: Account): Promise<void> => {
  await page.context().addCookies([{ ...cookie, url }])
  await page.goto(`${url}/files`)
  await expect(page.getByRole('heading', { name: 'Files', level: 1 })).toBeVisible()
  await isLive(page)
}

/** Fills the form that stands on the page, and sends it. */
export const fillSignIn = async (
  page: Page,
  { username, password }: Pick<Account, 'username' | 'password'>,
): Promise<void> => {
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

export const rowOf = (page: Page, name: string) =>
  page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) })

/** Opens a file's table from the list. */
export const openTable = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('link', { name, exact: true }).click()
  await expect(page.getByRole('grid')).toBeVisible()
}

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** What depends on colours alone, and so on the theme. */
const COLOURS = ['color-contrast', 'link-in-text-block']

/** These pages have no frames: without the means for them it needs no second page. */
const axe = (page: Page) => new AxeBuilder({ page }).setLegacyMode()

const faults = async (page: Page, look: AxeBuilder): Promise<string[]> => {
  const scheme = await page.locator('html').getAttribute('data-mantine-color-scheme')
  return (await look.analyze()).violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${scheme}: ${id}: ${html} ${failureSummary}`),
  )
}

/** Colours on their way from one to another are nobody's to judge: what moves and ends is waited for. */
const still = (page: Page) =>
  page.waitForFunction(() =>
    document
      .getAnimations()
      .every(
        ({ playState, effect }) =>
          playState !== 'running' || effect?.getComputedTiming().iterations === Infinity,
      ),
  )

/** WCAG 2.2 A and AA in both themes, as far as a machine can tell. `without`: rules that do not fit here. */
export const violations = async (page: Page, without: string[] = []): Promise<string[]> => {
  const theme = async (colorScheme: 'light' | 'dark') => {
    await page.emulateMedia({ colorScheme })
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme)
    await still(page)
  }
  await theme('dark')
  const dark = await faults(page, axe(page).withRules(COLOURS))
  await theme('light')
  return [...dark, ...(await faults(page, axe(page).withTags(TAGS).disableRules(without)))]
}
