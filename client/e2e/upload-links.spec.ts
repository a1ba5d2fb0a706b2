import { expect, rowOf, signIn, test, violations } from './fixtures'
import {
  addressKept,
  blobsKept,
  drop,
  recoveryCard,
  reloadAnyway,
  throttle,
  waitForPercent,
} from './uploading'

const overflowOf = () => document.documentElement.scrollWidth - document.documentElement.clientWidth

test('files are requested by a link, sent by a guest over a reload, and marked; then the link is taken back', async ({
  page,
  context,
  browser,
  account,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await signIn(page, account)
  await page.getByRole('button', { name: 'Request files' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Request files' })
  await dialog.getByLabel('What for').fill('Hand in')
  await dialog.getByLabel('Most files').fill('2')
  await dialog.getByLabel('Kinds of files').fill('csv, .txt')
  await page.keyboard.press('Enter')
  const address = dialog.getByLabel('The new link')
  await expect(address).toHaveValue(/\/u\/pqu_/)
  await dialog.getByRole('button', { name: 'Copy', exact: true }).click()
  const url = await address.inputValue()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(url)
  const links = dialog.getByRole('list', { name: 'Your upload links' })
  await expect(links).toContainText('Hand in')
  expect(await violations(page)).toEqual([])

  const elsewhere = await browser.newContext({ locale: 'en-GB' })
  const guest = await elsewhere.newPage()
  const asked: string[] = []
  guest.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await guest.goto(url)
  await expect(guest.getByRole('heading', { name: 'Hand in' })).toBeVisible()
  await expect(guest.getByTestId('upload-link-limits')).toContainText('2 files can still come')
  await expect(guest.getByTestId('upload-link-limits')).toContainText('only .csv, .txt')
  await expect(guest.getByRole('button', { name: 'From a web address' })).toHaveCount(0)

  const limit = await throttle(guest)
  await limit(40_000)
  await drop(guest, [{ name: 'big.csv', bytes: 400_000 }])
  await waitForPercent(guest, 'big.csv', 4)
  await blobsKept(guest)
  await addressKept(guest)
  await reloadAnyway(guest)
  await limit(0)
  await recoveryCard(guest).getByRole('button', { name: 'Resume all' }).click()
  await expect(guest.getByText(/KB · received/)).toBeVisible()
  await expect(guest.getByTestId('upload-link-limits')).toContainText('1 file can still come')

  await guest.setViewportSize({ width: 360, height: 740 })
  expect(await guest.evaluate(overflowOf)).toBe(0)
  expect(await violations(guest)).toEqual([])
  const wrong = { name: 'song.mp3', mimeType: 'audio/mpeg', buffer: Buffer.from('la') }
  await guest.getByTestId('file-input').setInputFiles(wrong)
  await expect(guest.getByText('This kind of file is not accepted')).toBeVisible()
  expect(asked.filter((path) => /^\/(api\/(?!u\/)|files|events|ws)/.test(path))).toEqual([])

  await expect(links).toContainText('Hand in')
  await dialog.getByRole('button', { name: 'Take back the link Hand in' }).click()
  await expect(dialog.getByText('nothing comes by it any more')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(rowOf(page, 'big.csv')).toContainText('By the link Hand in')
  await guest.reload()
  await expect(guest.getByRole('heading', { name: 'This link takes nothing' })).toBeVisible()
  await elsewhere.close()
})
