import { readFile } from 'node:fs/promises'
import { expect, signIn, test, violations } from './fixtures'
import { cell } from './tables'

const ROWS = Array.from(
  { length: 240 },
  (_, n) =>
    `${n},${['Ulm', 'Bonn', 'Köln'][n % 3]},"${n},10",${String((n % 28) + 1).padStart(2, '0')}.${String((n % 12) + 1).padStart(2, '0')}.2025`,
)
const CSV = ['id,city,price,day', ...ROWS, ''].join('\n')

test('a chart is built of two dimensions, read as a table, taken along, clicked, and stands in the address', async ({
  page,
  account,
  seed,
  arrived,
}) => {
  await seed(account, 'sales.csv', CSV)
  const { id } = await arrived(account, 'sales.csv')
  await signIn(page, account)
  await page.goto(`/files/${id}?tab=summary`)
  const chart = page.getByRole('region', { name: 'Chart' })
  await expect(chart.getByRole('img', { name: 'Number of rows by day' })).toBeVisible()
  const choose = async (label: string, option: string) => {
    await chart.getByRole('combobox', { name: label, exact: true }).click()
    await page.getByRole('option', { name: option, exact: true }).click()
  }
  await choose('Kind of chart', 'Boxes')
  await choose('of', 'price')
  await expect(chart.getByRole('img', { name: 'How price spreads by day' })).toBeVisible()
  await choose('Kind of chart', 'Points')
  await expect(chart.getByRole('img', { name: /against/ })).toBeVisible()
  expect(await violations(page)).toEqual([])
  await choose('Kind of chart', 'Histogram')
  await expect(chart.getByRole('img', { name: 'How the values of id spread' })).toBeVisible()
  await choose('Kind of chart', 'Bars')
  await choose('Group by', 'city')
  await choose('And by', 'day')
  await choose('Measure', 'Sum')
  const title = 'Sum of price by city and day'
  await expect(chart.getByRole('img', { name: title })).toBeVisible()
  expect(await violations(page)).toEqual([])

  const saved = async (name: string) => {
    const [download] = await Promise.all([
      page.waitForEvent('download', { timeout: 20_000 }),
      chart.getByRole('button', { name: `${name}: ${title}` }).click(),
    ])
    return readFile(await download.path())
  }
  expect((await saved('Picture (PNG)')).subarray(1, 4).toString()).toBe('PNG')
  expect((await saved('Table (CSV)')).toString().split('\r\n')).toEqual([
    'city,2025,All',
    'Köln,9648.00,9648.00',
    'Bonn,9568.00,9568.00',
    'Ulm,9488.00,9488.00',
    '',
  ])
  await page.reload()
  await chart.getByRole('button', { name: `As table: ${title}` }).click()
  await expect(chart.getByRole('row')).toHaveText([/city/, /Köln.*9,648\.00/, /Bonn/, /Ulm/])
  expect(await violations(page)).toEqual([])
  await chart.getByRole('button', { name: 'Only rows of Bonn' }).click()
  await page.getByRole('tab', { name: 'Rows' }).click()
  await expect(cell(page, 1, 2)).toHaveText('Bonn')
  await expect(page).toHaveURL(/chart=bar.*split=day/)
})
