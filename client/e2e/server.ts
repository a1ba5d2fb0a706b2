import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const REPO = resolve(import.meta.dirname, '..', '..')
const READY_MS = 30_000
const LOOK_MS = 100

export const freePort = () =>
  new Promise<number>((done, failed) => {
    const probe = createServer()
    probe.once('error', failed)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (address && typeof address === 'object' ? done(address.port) : failed()))
    })
  })

/** The environment without settings of a server that may run here otherwise. */
const ownEnvironment = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PARQUAY_')))

const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms))

/** The real server on a free port and a folder of its own; can be killed hard and started again. */
export class RealServer {
  private child: ChildProcess | null = null
  private readonly dataDir = mkdtempSync(join(tmpdir(), 'parquay-e2e-'))

  private constructor(
    readonly port: number,
    private readonly settings: Record<string, string>,
  ) {}

  /** `settings`: environment variables beside those that every test needs. */
  static async open(settings: Record<string, string> = {}, port?: number): Promise<RealServer> {
    const server = new RealServer(port ?? (await freePort()), settings)
    await server.start()
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** The folder of the parts of a table, as the disk has it. */
  partsOf(id: string): string {
    return join(this.dataDir, 'parquet', id)
  }

  /** Starts it (again) and waits until it says that it is ready. */
  async start(): Promise<void> {
    const command = process.env.PARQUAY_SERVE ?? `${join(REPO, '.venv', 'bin', 'parquay')} serve`
    const child = spawn(command, {
      shell: true,
      // A process group of its own, so that workers die with it.
      detached: true,
      cwd: REPO,
      env: {
        ...ownEnvironment(),
        PARQUAY_PORT: String(this.port),
        PARQUAY_DATA_DIR: this.dataDir,
        PARQUAY_OPEN_REGISTRATION: 'true',
        // Tests run side by side on one server, each with a user of its own.
        PARQUAY_ANNOUNCE: 'off',
        ...this.settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const log = createWriteStream(join(this.dataDir, 'server.log'), { flags: 'a' })
    child.stdout?.pipe(log)
    child.stderr?.pipe(log)
    this.child = child
    const deadline = Date.now() + READY_MS
    while (!(await this.ready())) {
      if (child.exitCode !== null || Date.now() > deadline)
        throw new Error(`The server did not start; see ${this.dataDir}/server.log`)
      await sleep(LOOK_MS)
    }
  }

  /** SIGKILL to the whole group, as a power cut would look from outside. */
  async kill(): Promise<void> {
    const child = this.child
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>((done) => child.once('exit', () => done()))
    process.kill(-child.pid, 'SIGKILL')
    await gone
    this.child = null
  }

  async close(): Promise<void> {
    await this.kill()
    rmSync(this.dataDir, { recursive: true, force: true })
  }

  private async ready(): Promise<boolean> {
    const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(1000) }).catch(() => null)
    return answer?.ok ?? false
  }
}
