import { type ChildProcess, spawn } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from '@playwright/test'
import { expect } from './fixtures'

/** A browser of its own with a profile on disk, that can be killed as a power cut would. */
export class KillableBrowser {
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
