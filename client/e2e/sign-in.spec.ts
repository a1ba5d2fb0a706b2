import { type ChildProcess, spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { expect, test, violations } from './fixtures'
import { freePort, RealServer } from './server'

const NODE = resolve(import.meta.dirname, '..', '..', 'tests', 'e2e', 'node')
const SECRET = 'the secret of the client'

/** A real provider, which believes whoever says who they are. */
const openProvider = (port: number, redirect: string): Promise<ChildProcess> =>
  new Promise((done, failed) => {
    const child = spawn('node', [join(NODE, 'provider.mjs'), String(port), 'parquay', SECRET, redirect], {
      cwd: NODE,
    })
    child.once('error', failed)
    child.stdout.once('data', () => done(child))
  })

test('somebody signs in by a provider, makes a key, and comes back to the page that was asked for', async ({
  page,
}) => {
  const [port, own] = [await freePort(), await freePort()]
  const provider = await openProvider(port, `http://127.0.0.1:${own}/auth/oidc/callback`)
  const settings = {
    PARQUAY_OIDC_ISSUER: `http://127.0.0.1:${port}`,
    PARQUAY_OIDC_CLIENT_ID: 'parquay',
    PARQUAY_OIDC_CLIENT_SECRET: SECRET,
    PARQUAY_OIDC_ALLOW: 'groups=staff',
    PARQUAY_OIDC_NAME: 'Example ID',
    PARQUAY_PASSWORD_LOGIN: 'false',
    PARQUAY_WORKERS: '0',
  }
  const server = await RealServer.open(settings, own)
  const at = async (name: string) => {
    await page.getByRole('link', { name: 'Sign in with Example ID' }).click()
    await page.getByText('who are you?').waitFor()
    await page.goto(`${page.url()}?as=${name}`)
  }
  try {
    await page.goto(`${server.url}/live`)
    await expect(page.getByRole('link', { name: 'Sign in with Example ID' })).toBeVisible()
    await expect(page.getByLabel('Username')).toHaveCount(0)
    expect(await violations(page)).toEqual([])

    await at('stranger')
    await expect(page.getByRole('alert')).toHaveText('You may not sign in here.')
    await page.context().clearCookies()
    await page.goto(`${server.url}/live`)
    await at('staff-eva')
    await expect(page).toHaveURL(`${server.url}/live`)

    await page.getByRole('button', { name: 'staff-eva' }).click()
    await page.getByRole('menuitem', { name: 'Password and sessions' }).click()
    await page.getByLabel('Name of a new key').fill('command line')
    await page.keyboard.press('Enter')
    const key = await page.getByRole('status').getByText(/^pq_/).textContent()
    expect(await violations(page)).toEqual([])
    const me = await fetch(`${server.url}/me`, { headers: { Authorization: `Bearer ${key}` } })
    expect(await me.json()).toMatchObject({ username: 'staff-eva' })
    await page.getByRole('button', { name: 'Take back command line' }).click()
    await expect(page.getByRole('list', { name: 'API keys' }).getByRole('listitem')).toHaveCount(0)
  } finally {
    provider.kill()
    await server.close()
  }
})
