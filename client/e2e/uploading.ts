import type { BrowserContext, Page } from '@playwright/test'
import { type Account, expect, signIn } from './fixtures'

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
    for (const { name, bytes = 0, text } of files) {
      const lines = Array.from({ length: 1000 }, (_, row) => `${row},Hamburg,${(row * 1.25).toFixed(2)}\n`)
      const block = lines.join('')
      const body = block.repeat(Math.ceil(bytes / block.length))
      const file = new File([text ?? `id,city,price\n${body}`], name)
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

type Seen = { method: string; path: string; offset: number | null; length: number | null }

/** Every upload request of a context by method, with the upload it is for. */
export const spyUploads = (context: BrowserContext) => {
  const seen: Seen[] = []
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
  const of = (method: string) => seen.filter((each) => each.method === method)
  return {
    all: seen,
    creations: () => of('POST'),
    asked: () => of('HEAD'),
    sends: () => of('PATCH'),
  }
}

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

export const dockOf = (page: Page) => page.getByRole('complementary', { name: 'Uploads' })
export const recoveryCard = (page: Page, uploads = '1') =>
  page.getByRole('region', { name: uploads === '1' ? '1 upload can go on' : `${uploads} uploads can go on` })
export const uploadBar = (page: Page, name: string) =>
  page.getByRole('progressbar', { name: `Upload of ${name}` })

/** The bar's value in percent, or -1 while it is not there. */
export const percentOf = async (page: Page, name: string): Promise<number> => {
  const bar = uploadBar(page, name)
  if ((await bar.count()) === 0) return -1
  return Number(await bar.getAttribute('aria-valuenow', { timeout: 1000 }).catch(() => '-1'))
}

export const waitForPercent = (page: Page, name: string, atLeast: number) =>
  expect.poll(() => percentOf(page, name), { intervals: [100] }).toBeGreaterThanOrEqual(atLeast)

/** Notes every value that a bar takes, inside the page: who looks from outside misses some. */
export const recordBar = async (page: Page, name: string) => {
  await page.evaluate((label) => {
    const values: number[] = []
    Object.assign(window, { values })
    const look = () => {
      const bar = document.querySelector(`[role=progressbar][aria-label="${label}"]`)
      const value = Number(bar?.getAttribute('aria-valuenow'))
      if (bar && values.at(-1) !== value) values.push(value)
    }
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true })
  }, `Upload of ${name}`)
  return () => page.evaluate(() => (window as unknown as { values: number[] }).values)
}

type Slow = {
  name: string
  bytes: number
  /** Seconds that the whole file would take. Long enough for whatever a slow machine does meanwhile. */
  seconds?: number
  percent?: number
}

/** How most tests of uploads begin: somebody is signed in, and a file is on its slow way. */
export const startUpload = async (
  page: Page,
  account: Account,
  { name, bytes, seconds = 60, percent = 4 }: Slow,
) => {
  const uploads = spyUploads(page.context())
  await signIn(page, account)
  const limit = await throttle(page)
  await limit(bytes / seconds)
  const [file] = await drop(page, [{ name, bytes }])
  if (!file) throw new Error('No file was made')
  await waitForPercent(page, name, percent)
  return {
    uploads,
    limit,
    file,
    act: (what: string) => page.getByRole('button', { name: `${what} ${name}` }).click(),
  }
}

/** Reloads although bytes move: the question whether to leave is answered with yes. */
export const reloadAnyway = async (page: Page): Promise<void> => {
  page.once('dialog', (dialog) => void dialog.accept())
  await page.reload()
}

const records = (page: Page, among: string): Promise<number> =>
  page.evaluate(async (wanted) => {
    const settled = <T>(request: IDBRequest<T>) =>
      new Promise<T>((done) => {
        request.onsuccess = () => done(request.result)
      })
    let count = 0
    for (const { name } of await indexedDB.databases()) {
      if (!name?.startsWith(wanted)) continue
      const database = await settled(indexedDB.open(name))
      for (const store of database.objectStoreNames)
        count += await settled(database.transaction(store).objectStore(store).count())
      database.close()
    }
    return count
  }, among)

/**
 * Waits until the browser's own store holds a copy of `files` files that are being sent and the list of them;
 * that happens on the side, and only then can an upload survive the page.
 */
export const blobsKept = (page: Page, files = 1): Promise<void> =>
  expect.poll(() => records(page, 'uppy-')).toBeGreaterThanOrEqual(files + 1)

/** Waits until the browser has written down where on the server an upload is. */
export const addressKept = (page: Page): Promise<void> =>
  expect
    .poll(() =>
      page.evaluate(async () => {
        const settled = <T>(request: IDBRequest<T>) =>
          new Promise<T>((done) => {
            request.onsuccess = () => done(request.result)
          })
        const database = await settled(indexedDB.open('uppy-blobs'))
        const found = await settled(database.transaction('metadata').objectStore('metadata').getAll())
        database.close()
        return JSON.stringify(found)
      }),
    )
    .toContain('uploadUrl')

/** The same as `blobsKept` for files that wait for their turn. */
export const waitingKept = (page: Page, files: number): Promise<void> =>
  expect.poll(() => records(page, 'parquay-waiting-')).toBe(files)
