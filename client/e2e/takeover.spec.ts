import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from '@playwright/test'
import {
  type Account,
  blobsKept,
  drop,
  expect,
  percentOf,
  rowOf,
  signIn,
  spyUploads,
  test,
  throttle,
  uploadBar,
  waitForPercent,
} from './fixtures'

const BIG = 14_000_000

test('"Retry now" does not wait for the countdown', async ({ page, context, account }) => {
  const uploads = spyUploads(context)
  await signIn(page, account)
  const limit = await throttle(page)
  await limit(1_500_000)
  await drop(page, [{ name: 'again.csv', bytes: BIG }])
  await waitForPercent(page, 'again.csv', 10)
  const broken = /\/files\/[^/]+$/
  await page.route(broken, (route) =>
    ['HEAD', 'PATCH'].includes(route.request().method())
      ? route.fulfill({ status: 503, body: 'Busy' })
      : route.fallback(),
  )
  await page.getByRole('button', { name: 'Pause again.csv' }).click()
  await page.getByRole('button', { name: 'Resume again.csv' }).click()
  await expect(page.getByText(/retrying in ([5-9]|1\d) s/)).toBeVisible({ timeout: 40_000 })
  await page.unroute(broken)
  const asked = page.waitForRequest((request) => request.method() === 'HEAD', { timeout: 2000 })
  await page.getByRole('button', { name: 'Retry now again.csv' }).click()
  await asked
  await limit(0)
  await expect(rowOf(page, 'again.csv')).toContainText('Done', { timeout: 30_000 })
  expect(uploads.creations()).toHaveLength(1)
})

test('when the sending tab closes another one takes over within five seconds', async ({
  page,
  context,
  account,
}) => {
  const uploads = spyUploads(context)
  await signIn(page, account)
  const limit = await throttle(page)
  await limit(250_000)
  await drop(page, [{ name: 'baton.csv', bytes: 8_000_000 }])
  await waitForPercent(page, 'baton.csv', 3)
  const second = await context.newPage()
  const limitSecond = await throttle(second)
  await limitSecond(250_000)
  await second.goto('/files')
  await expect(uploadBar(second, 'baton.csv')).toBeVisible()
  await blobsKept(second)
  const asked = () => uploads.all.filter(({ method }) => method === 'HEAD').length
  expect(asked()).toBe(0)
  // What the closing tab had handed to the network still arrives, so there may be nothing left to send.
  await page.close({ runBeforeUnload: false })
  await expect.poll(asked, { timeout: 5000 }).toBe(1)
  await limitSecond(0)
  await expect(rowOf(second, 'baton.csv')).toContainText('Done', { timeout: 30_000 })
  expect(uploads.creations()).toHaveLength(1)
})

test('a file whose place the browser remembers goes on with one click', async ({
  page,
  context,
  account,
}) => {
  const uploads = spyUploads(context)
  await signIn(page, account)
  const limit = await throttle(page)
  await limit(1_500_000)
  // A drop from the desktop carries a handle; a synthetic one gets the handle of a file of the page's own disk.
  await page.evaluate(async (bytes) => {
    const folder = await navigator.storage.getDirectory()
    const handle = await folder.getFileHandle('handle.csv', { create: true })
    const writer = await handle.createWritable()
    const line = '1,planks of oak\n'
    await writer.write(`id,name\n${line.repeat(bytes / line.length)}`)
    await writer.close()
    DataTransferItem.prototype.getAsFileSystemHandle = async () => handle
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(await handle.getFile())
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
  }, BIG)
  await waitForPercent(page, 'handle.csv', 15)
  page.on('dialog', (dialog) => void dialog.accept())
  await page.reload()
  await limit(0)
  await page.getByRole('button', { name: 'Resume handle.csv' }).click()
  await expect(rowOf(page, 'handle.csv')).toContainText('Done', { timeout: 30_000 })
  expect(uploads.creations()).toHaveLength(1)
  expect(uploads.sends().at(-1)?.offset).toBeGreaterThan(0)
})

/** A browser of its own with a profile on disk, that can be killed as a power cut would. */
class KillableBrowser {
  private constructor(
    private readonly child: ChildProcess,
    private readonly browser: Browser,
    readonly page: Page,
  ) {}

  static async open(profile: string, url: string): Promise<KillableBrowser> {
    await rm(join(profile, 'DevToolsActivePort'), { force: true })
    const child = spawn(
      process.env.CHROMIUM ?? '/usr/bin/chromium',
      [
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
        '--lang=en-GB',
        '--remote-debugging-port=0',
        `--user-data-dir=${profile}`,
        'about:blank',
      ],
      { detached: true, stdio: 'ignore', env: { ...process.env, LANGUAGE: 'en_GB' } },
    )
    let port = ''
    await expect
      .poll(async () => {
        port =
          (await readFile(join(profile, 'DevToolsActivePort'), 'utf8').catch(() => '')).split('\n')[0] ?? ''
        return port
      })
      .not.toBe('')
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`)
    const [context] = browser.contexts()
    if (!context) throw new Error('The browser has no context')
    const page = context.pages()[0] ?? (await context.newPage())
    await page.goto(url)
    return new KillableBrowser(child, browser, page)
  }

  async kill(): Promise<void> {
    const gone = new Promise<void>((done) => this.child.once('exit', () => done()))
    if (this.child.pid) process.kill(-this.child.pid, 'SIGKILL')
    await gone
    await this.browser.close().catch(() => undefined)
  }
}

/** A killed browser may have lost its cookie, but not its uploads. */
const signedIn = async (page: Page, { username, password }: Account): Promise<void> => {
  const files = page.getByRole('heading', { name: 'Files', level: 1 })
  const name = page.getByLabel('Username')
  await expect(files.or(name)).toBeVisible()
  if (!(await name.isVisible())) return
  await name.fill(username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await expect(files).toBeVisible()
}

test('a killed browser goes on where it stopped', async ({ account, server, filesOf }, info) => {
  const path = info.outputPath('crash.csv')
  await writeFile(path, `id,name\n${'1,planks of oak\n'.repeat(BIG / 16)}`)
  const profile = await mkdtemp(join(tmpdir(), 'parquay-profile-'))
  const first = await KillableBrowser.open(profile, server.url)
  try {
    await signedIn(first.page, account)
    await (await throttle(first.page))(1_500_000)
    await first.page.getByTestId('file-input').setInputFiles(path)
    await waitForPercent(first.page, 'crash.csv', 25)
    await expect
      .poll(() => first.page.evaluate(async () => (await indexedDB.databases()).length))
      .toBeGreaterThan(0)
  } finally {
    await first.kill()
  }
  const second = await KillableBrowser.open(profile, server.url)
  try {
    const { page } = second
    const uploads = spyUploads(page.context())
    await signedIn(page, account)
    const card = page.getByRole('region', { name: '1 upload can go on' })
    await expect(card).toContainText(/Choose the file again .* to go on at \d+%/)
    await card.getByTestId('reselect-input').setInputFiles(path)
    await expect(rowOf(page, 'crash.csv')).toContainText('Done', { timeout: 40_000 })
    expect(uploads.creations()).toHaveLength(0)
    expect(uploads.sends().at(-1)?.offset).toBeGreaterThan(0)
    expect(await filesOf(account)).toHaveLength(1)
    expect(await percentOf(page, 'crash.csv')).toBe(-1)
  } finally {
    await second.kill()
    await rm(profile, { recursive: true, force: true })
  }
})
