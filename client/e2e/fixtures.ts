import { AxeBuilder } from '@axe-core/playwright'
import { type BrowserContext, test as base, expect, type Page } from '@playwright/test'
import { RealServer } from './server'

export type Account = { username: string; password: string; token: string }
type Entry = {
  id: string
  name: string
  status: string
  size: number
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
  const { token }: { token: string } = await (await call(server, '/login', null, init)).json()
  return { ...fields, token }
}

type Tools = {
  server: RealServer
  account: Account
  makeAccount: () => Promise<Account>
  /** Puts a file there without the page. */
  seed: (account: Account, name: string, text: string) => Promise<Entry>
  filesOf: (account: Account) => Promise<Entry[]>
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
})

export { expect }

export const signIn = async (page: Page, { username, password }: Account): Promise<void> => {
  await page.goto('/')
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Files', level: 1 })).toBeVisible()
  await expect(page.getByText('Live', { exact: true })).toBeVisible()
}

/** Bytes a second that the page may send; 0 lifts the limit. */
export const throttle = async (page: Page) => {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  return (uploadThroughput: number) =>
    session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: uploadThroughput || -1,
    })
}

type Made = { name: string; size: number; sha256: string }
type Wanted = { name: string; bytes?: number; text?: string }

/** Makes files inside the page and drops them on it, as from the desktop. A CSV is filled up to `bytes`. */
export const drop = (page: Page, wanted: Wanted[]): Promise<Made[]> =>
  page.evaluate(async (files) => {
    const transfer = new DataTransfer()
    const made: { name: string; size: number; sha256: string }[] = []
    for (const { name, bytes, text } of files) {
      const lines = ['id,city,price\n']
      for (let size = 14, row = 1; bytes && size < bytes; row += 1) {
        const line = `${row},Hamburg,${(row * 1.25).toFixed(2)}\n`
        lines.push(line)
        size += line.length
      }
      const file = new File([text ?? lines.join('')], name)
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()))
      const sha256 = [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('')
      transfer.items.add(file)
      made.push({ name, size: file.size, sha256 })
    }
    document.body.dispatchEvent(
      new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }),
    )
    return made
  }, wanted)

/** Every upload request of a context by method, with the upload it is for. */
export const spyUploads = (context: BrowserContext) => {
  const seen: { method: string; path: string; offset: number | null; length: number | null }[] = []
  context.on('request', (request) => {
    const { pathname } = new URL(request.url())
    const headers = request.headers()
    if (!headers['tus-resumable']) return
    const number = (name: string) => (headers[name] === undefined ? null : Number(headers[name]))
    seen.push({
      method: request.method(),
      path: pathname,
      offset: number('upload-offset'),
      length: number('upload-length'),
    })
  })
  return {
    all: seen,
    creations: (size?: number) =>
      seen.filter(({ method, length }) => method === 'POST' && (size === undefined || length === size)),
    sends: () => seen.filter(({ method }) => method === 'PATCH'),
  }
}

export const rowOf = (page: Page, name: string) =>
  page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) })

/** Opens a file's table from the list. */
export const openTable = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('link', { name, exact: true }).click()
  await expect(page.getByRole('grid')).toBeVisible({ timeout: 30_000 })
}

export const uploadBar = (page: Page, name: string) =>
  page.getByRole('progressbar', { name: `Upload of ${name}` })

/** The bar's value in percent, or -1 while it is not there. */
export const percentOf = async (page: Page, name: string): Promise<number> => {
  const bar = uploadBar(page, name)
  if ((await bar.count()) === 0) return -1
  return Number(await bar.getAttribute('aria-valuenow', { timeout: 1000 }).catch(() => '-1'))
}

export const waitForPercent = (page: Page, name: string, atLeast: number) =>
  expect
    .poll(() => percentOf(page, name), { intervals: [100], timeout: 30_000 })
    .toBeGreaterThanOrEqual(atLeast)

/** WCAG 2.2 A and AA, as far as a machine can tell. */
export const violations = async (page: Page): Promise<string[]> => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
  const found = await new AxeBuilder({ page }).withTags(tags).analyze()
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  )
}

/**
 * Waits until the browser's own store holds a copy of `files` files and the list of them; that happens on the
 * side, and only then can an upload survive the page.
 */
export const blobsKept = (page: Page, files = 1): Promise<void> =>
  expect
    .poll(() =>
      page.evaluate(async () => {
        const settled = <T>(request: IDBRequest<T>) =>
          new Promise<T>((done) => {
            request.onsuccess = () => done(request.result)
          })
        let records = 0
        for (const { name } of await indexedDB.databases()) {
          if (!name || name === 'parquay-handles') continue
          const database = await settled(indexedDB.open(name))
          for (const store of database.objectStoreNames)
            records += await settled(database.transaction(store).objectStore(store).count())
          database.close()
        }
        return records
      }),
    )
    .toBeGreaterThanOrEqual(files + 1)

/** The fields that each created upload was sent with, decoded. */
export const spyFields = (context: BrowserContext): Record<string, string>[] => {
  const seen: Record<string, string>[] = []
  context.on('request', (request) => {
    const sent = request.headers()['upload-metadata']
    if (request.method() !== 'POST' || sent === undefined) return
    const pairs = sent.split(',').map((pair) => pair.trim().split(' '))
    seen.push(
      Object.fromEntries(pairs.map(([key, value]) => [key, Buffer.from(value ?? '', 'base64').toString()])),
    )
  })
  return seen
}
