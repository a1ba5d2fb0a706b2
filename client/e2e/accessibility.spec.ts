import { writeFile } from 'node:fs/promises'
import { expect, isLive, openTable, rowOf, signIn, test, violations } from './fixtures'
import { dockOf, drop, recoveryCard, reloadAnyway, throttle, waitForPercent } from './uploading'

const CSV = 'id,city,price\n1,Hamburg,2.5\n2,Lisbon,\n'

test('no page has an accessibility fault that a machine finds, in either theme', async ({
  page,
  account,
  seed,
}) => {
  await page.goto('/')
  await expect(page.getByRole('heading', { name: 'Sign in to Parquay' })).toBeVisible()
  expect(await violations(page)).toEqual([])

  await signIn(page, account)
  await expect(page.getByText('Drop CSV files here')).toBeVisible()
  expect(await violations(page)).toEqual([])

  await page.goto('about:blank')
  const notes = Array.from({ length: 48 }, (_, n) => `note-${n}.txt`)
  await Promise.all(notes.map((name) => seed(account, name, 'No table at all.')))
  await seed(account, 'cities.csv', CSV)
  await seed(account, 'header.csv', 'id,city\n')
  await page.goto('/files?size=50')
  await expect(rowOf(page, 'cities.csv')).toContainText('Done')
  await expect(rowOf(page, 'header.csv')).toContainText('Error')
  await expect(page.getByRole('row')).toHaveCount(51)
  const limit = await throttle(page)
  await limit(50_000)
  await drop(page, [{ name: 'running.csv', bytes: 6_000_000 }])
  await waitForPercent(page, 'running.csv', 1)
  expect(await violations(page)).toEqual([])

  // A short list: what was looked at once need not be looked at again.
  await page.getByLabel('Search files by name').fill('cities')
  await expect(page.getByRole('row')).toHaveCount(2)
  await reloadAnyway(page)
  await expect(recoveryCard(page)).toBeVisible()
  expect(await violations(page)).toEqual([])

  await page.getByRole('link', { name: 'cities.csv' }).click()
  await expect(page.getByRole('grid')).toBeVisible()
  expect(await violations(page)).toEqual([])
})

test('no dialog, menu or bar has an accessibility fault that a machine finds, in either theme', async ({
  page,
  account,
  seed,
}) => {
  await seed(account, 'cities.csv', CSV)
  await signIn(page, account)
  await expect(rowOf(page, 'cities.csv')).toContainText('Done')
  await page.getByLabel('Select cities.csv').click()
  await expect(page.getByRole('region', { name: 'Selected files' })).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Drop the selection' }).click()

  const menus = ['Theme', `Account of ${account.username}`, 'Actions for cities.csv']
  for (const name of menus) {
    await page.getByRole('button', { name, exact: true }).click()
    await expect(page.getByRole('menu')).toBeVisible()
    // A menu lies over the page, in none of its parts.
    expect(await violations(page, ['region'])).toEqual([])
    await page.keyboard.press('Escape')
    await expect(page.getByRole('menu')).toBeHidden()
  }

  await page.getByRole('button', { name: /^Notifications/ }).click()
  await expect(page.getByRole('dialog', { name: 'Notifications' })).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
  await drop(page, [{ name: 'again.csv', text: CSV }])
  await expect(page.getByRole('dialog', { name: 'Already here' })).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()

  await openTable(page, 'cities.csv')
  await page.getByRole('button', { name: 'Export' }).click()
  await expect(page.getByRole('menu')).toBeVisible()
  expect(await violations(page, ['region'])).toEqual([])
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Filter city' }).click()
  await expect(page.getByRole('button', { name: 'Apply' })).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Add row' }).click()
  await expect(page.getByRole('dialog', { name: 'Add a row' })).toBeVisible()
  expect(await violations(page)).toEqual([])
})

test('everything from signing in to undoing a cancel works by keyboard', async ({
  page,
  account,
  arrived,
}, info) => {
  const path = info.outputPath('keys.csv')
  await writeFile(
    path,
    `id,name\n${Array.from({ length: 200_000 }, (_, row) => `${row},planks of oak`).join('\n')}\n`,
  )
  const { keyboard } = page
  const tabTo = async (name: string | RegExp, role: 'button' | 'link' = 'button') => {
    const target = page.getByRole(role, { name }).first()
    await expect(target).toBeVisible()
    for (let step = 0; step < 60; step += 1) {
      if (await target.evaluate((element) => element === document.activeElement)) return
      await keyboard.press('Tab')
    }
    throw new Error(`Tab never reached ${name}`)
  }

  await page.goto('/')
  await expect(page.getByLabel('Username')).toBeFocused()
  await keyboard.type(account.username)
  await keyboard.press('Tab')
  await keyboard.type(account.password)
  await keyboard.press('Enter')
  await isLive(page)

  const limit = await throttle(page)
  await limit(50_000)
  await tabTo('Upload files')
  const chooser = page.waitForEvent('filechooser')
  await keyboard.press('Enter')
  await (await chooser).setFiles(path)
  await waitForPercent(page, 'keys.csv', 2)

  // After each act the focus is on what can be done next, never lost.
  await tabTo('Pause keys.csv')
  for (const next of ['Resume keys.csv', 'Pause keys.csv']) {
    await keyboard.press('Enter')
    await expect(page.getByRole('button', { name: next })).toBeFocused()
  }
  await tabTo('Cancel keys.csv')
  await keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Undo cancelling keys.csv' })).toBeFocused()
  await keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Pause keys.csv' })).toBeFocused()
  await limit(0)
  await arrived(account, 'keys.csv')
  await tabTo('keys.csv', 'link')
  await keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'keys.csv' })).toBeVisible()
})

test('at 320 pixels nothing scrolls sideways, from left to right and from right to left', async ({
  page,
  account,
  seed,
}) => {
  await page.setViewportSize({ width: 320, height: 640 })
  const overflow = () =>
    page.evaluate(() => {
      const { documentElement: root } = document
      const over = (dir: 'ltr' | 'rtl') => {
        document.dir = dir
        return root.scrollWidth - root.clientWidth
      }
      return Math.max(over('rtl'), over('ltr'))
    })
  await page.goto('/')
  await expect(page.getByLabel('Username')).toBeVisible()
  expect(await overflow()).toBe(0)
  await signIn(page, account)
  const long = 'a-rather-long-name-of-a-file-that-somebody-really-gave-to-it-2026-11-21.csv'
  await seed(account, long, CSV)
  await expect(rowOf(page, long)).toContainText('Done')
  await drop(page, [{ name: 'dock.csv', bytes: 5000 }])
  await expect(dockOf(page)).toBeVisible()
  expect(await overflow()).toBe(0)
  await page.getByRole('button', { name: 'Fold uploads' }).click()
  await expect(rowOf(page, 'dock.csv')).toContainText('Done') // from here on no row moves
  await page.getByRole('link', { name: long }).click()
  await expect(page.getByRole('grid')).toBeVisible()
  expect(await overflow()).toBe(0)
  for (const tab of ['Summary', 'Rejects', 'History']) {
    await page.getByRole('tab', { name: tab }).click()
    await expect(page.getByRole('tabpanel', { name: tab })).toBeVisible()
    expect(await overflow()).toBe(0)
  }
})

test('nothing moves for somebody who wants it still', async ({ page, account, seed }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await seed(account, 'cities.csv', CSV)
  await signIn(page, account)
  const limit = await throttle(page)
  await limit(50_000)
  await drop(page, [{ name: 'still.csv', bytes: 3_000_000 }])
  await waitForPercent(page, 'still.csv', 2)
  const moving = () =>
    page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === 'running').length)
  await expect.poll(moving).toBe(0)
  await openTable(page, 'cities.csv')
  await page.getByRole('tab', { name: 'Summary' }).click()
  await expect(page.getByRole('img').first()).toBeVisible()
  await expect.poll(moving).toBe(0)
})

test('an older version and the list of all of them have no accessibility fault that a machine finds', async ({
  page,
  account,
  seed,
}) => {
  const { id } = await seed(account, 'cities.csv', CSV)
  await signIn(page, account)
  await expect(rowOf(page, 'cities.csv')).toContainText('Done')
  const { rows } = await (await page.request.get(`/api/datasets/${id}/rows`)).json()
  const headers = { Origin: account.url, 'If-Match': '"0"' }
  await page.request.delete(`/api/datasets/${id}/rows/${rows[0]._rid}`, { headers })
  await openTable(page, 'cities.csv')
  await page.getByRole('tab', { name: 'History' }).click()
  await expect(page.getByRole('button', { name: 'Restore version 0' })).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Look at version 0' }).click()
  await expect(page.getByRole('grid')).toBeVisible()
  expect(await violations(page)).toEqual([])
})
