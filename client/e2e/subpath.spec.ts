import { expect, fillSignIn, isLive, rowOf, test } from './fixtures'
import { ReverseProxy } from './proxy'
import { freePort, RealServer } from './server'
import { drop, spyUploads } from './uploading'

/** Fields that the page was answered with, by the path that was asked for. */
type Seen = { path: string; encoding: string | undefined; cache: string | undefined }

for (const strips of [true, false])
  test(`below a path of a reverse proxy that ${strips ? 'takes it off' : 'leaves it'} everything works`, async ({
    page,
    context,
  }) => {
    const port = await freePort()
    const proxy = await ReverseProxy.open(port, { prefix: '/parquay', strips })
    const server = await RealServer.open({ PARQUAY_PUBLIC_URL: proxy.url }, port)
    try {
      const seen: Seen[] = []
      context.on('response', (answer) => {
        const fields = answer.headers()
        const { pathname } = new URL(answer.url())
        seen.push({ path: pathname, encoding: fields['content-encoding'], cache: fields['cache-control'] })
      })
      const uploads = spyUploads(context)
      const account = { username: 'quayside', password: 'quay-side-planks-42' }
      const init = {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(account),
      }
      await fetch(`${proxy.url}/api/register`, init)

      await page.goto(`${proxy.url}/`)
      await fillSignIn(page, account)
      await expect(page).toHaveURL(`${proxy.url}/files`)
      await isLive(page)
      await drop(page, [{ name: 'below.csv', bytes: 200_000 }])
      await expect(rowOf(page, 'below.csv')).toContainText('Done')
      await page.getByRole('link', { name: 'below.csv', exact: true }).first().click()
      await expect(page.getByRole('grid')).toBeVisible()
      await page.reload()
      await expect(page.getByRole('grid')).toBeVisible()
      expect(uploads.all.map(({ path }) => path).filter((path) => !path.startsWith('/parquay/'))).toEqual([])
      expect((await context.cookies()).map(({ path }) => path)).toEqual(['/parquay'])

      const opened = await page.evaluate(
        (url) =>
          new Promise<boolean>((done) => {
            const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`)
            socket.onopen = () => done(true)
            socket.onerror = () => done(false)
          }),
        proxy.url,
      )
      expect(opened).toBe(true)
      await page.goto(`${proxy.url}/docs`)
      await expect(page.getByText('Resumable uploads that land as tables').first()).toBeVisible()
      await expect(page.getByText('/files/{file_id}').first()).toBeVisible()

      // What the page consists of came packed, and to stay.
      const assets = seen.filter(({ path }) =>
        /\/assets\/(index|engine|DatasetPanel)-[^/]+\.(js|css)$/.test(path),
      )
      expect(assets.length).toBeGreaterThan(1)
      for (const { encoding, cache } of assets) {
        expect(['br', 'gzip']).toContain(encoding)
        expect(cache).toContain('immutable')
      }
    } finally {
      await proxy.close()
      await server.close()
    }
  })
