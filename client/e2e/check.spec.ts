import { expect, isLive, openTable, rowOf, signIn, test, violations } from './fixtures'
import { cell, idOf } from './tables'

/** What a German spreadsheet writes: decimal commas, points for thousands, days first; three lines are broken. */
const SALES = [
  'Datum;Kunde;Ort;Betrag;Menge',
  '31.12.2025;Müller;Köln;1.234,56;3',
  '30.12.2025;Schulz;Ulm;99,90;1',
  '15.11.2025;Weiß;Köln;NA;2',
  '14.11.2025;Bär;Bonn;2.000,00',
  '13.10.2025;Groß;Ulm;450,25;5;zu viel',
  '12.10.2025;Jäger;Bonn;12,00;7',
  '01.10.2025;Süß',
  '05.10.2025;Förster;Ulm;3.100,10;4',
  '',
].join('\r\n')

test('a German file is checked, read, mended, summed, drawn by month, shared and exported as it came', async ({
  page,
  browser,
  account,
  arrived,
}) => {
  await signIn(page, account)
  await page.getByTestId('file-input').setInputFiles({
    name: 'umsatz.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(SALES),
  })
  await arrived(account, 'umsatz.csv')
  await isLive(page)

  await rowOf(page, 'umsatz.csv').getByRole('button', { name: 'Actions for umsatz.csv' }).click()
  await page.getByRole('menuitem', { name: 'Check how it is read' }).click()
  const dialog = page.getByRole('dialog', { name: 'How umsatz.csv is read' })
  await expect(dialog.getByRole('combobox', { name: 'Delimiter' })).toHaveAttribute(
    'placeholder',
    'found: semicolon',
  )
  await expect(dialog.getByText('3 lines cannot be read so')).toBeVisible()
  await expect(dialog.getByRole('cell', { name: '1.234,56' })).toBeVisible()
  expect(await violations(page)).toEqual([])
  await dialog.getByRole('combobox', { name: 'Delimiter' }).fill('ab')
  await expect(dialog.getByText('One character, or its name')).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Read again with this' })).toBeDisabled()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)

  // The dock may have a link of that name, too.
  await rowOf(page, 'umsatz.csv').getByRole('link', { name: 'umsatz.csv', exact: true }).click()
  await expect(page.getByRole('grid')).toBeVisible()
  const id = idOf(page)
  const exported = await page.request.get(`/api/datasets/${id}/export?format=csv&dialect=original`)
  expect(await exported.text()).toBe(SALES)

  await page.getByRole('tab', { name: /^Rejects/ }).click()
  await page.getByRole('button', { name: 'Mend line 5' }).click()
  const line = page.getByRole('textbox', { name: 'Line 5, corrected' })
  await expect(line).toBeFocused()
  await line.fill('14.11.2025;Bär;Bonn;zweitausend;1')
  await page.keyboard.press('Enter')
  await expect(page.getByText('expects decimal(18,2)')).toBeVisible()
  expect(await violations(page)).toEqual([])
  await line.fill('14.11.2025;Bär;Bonn;2.000,00;1')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: '2 rows could not be read' })).toBeVisible()
  await expect(page.getByText('a row now')).toBeVisible()

  await page.getByRole('tab', { name: 'Summary' }).click()
  await expect(page.getByRole('article', { name: 'Betrag' })).toContainText('6,446.56')
  const group = page.getByRole('region', { name: 'Chart' })
  await group.getByRole('combobox', { name: 'Group by' }).click()
  await page.getByRole('option', { name: 'Datum' }).click()
  await group.getByRole('combobox', { name: 'Measure' }).click()
  await page.getByRole('option', { name: 'Sum' }).click()
  await expect(group.getByRole('combobox', { name: 'Put together by' })).toHaveValue('month')
  await group.getByRole('button', { name: 'As table: Sum of Betrag by Datum' }).click()
  await expect(group.getByRole('row')).toHaveText([
    /^Datum/,
    /2025-10.*3,112\.10/,
    /2025-11.*2,000\.00/,
    /2025-12.*1,334\.46/,
  ])
  const shown = new URL(page.url()).search

  await page.getByRole('button', { name: 'Share with people' }).click()
  const share = page.getByRole('dialog', { name: 'Who may see umsatz.csv' })
  await share.getByRole('button', { name: 'Make a link' }).click()
  const link = await share.getByLabel('The new link').inputValue()
  const guest = await (await browser.newContext({ locale: 'de-DE' })).newPage()
  await guest.goto(`${link}${shown}`)
  await expect(guest.getByRole('img', { name: 'Summe von Betrag nach Datum' })).toBeVisible()
  await guest.context().close()

  await page.keyboard.press('Escape')
  await group.getByRole('button', { name: 'Only rows of 2025-11' }).click()
  await page.getByRole('tab', { name: 'Rows' }).click()
  await expect(cell(page, 1, 2)).toHaveText('Weiß')
  await expect(cell(page, 2, 2)).toHaveText('Bär')
})

test('a file is read again with other options, which the next file of its kind is offered', async ({
  page,
  account,
  seed,
  arrived,
}) => {
  for (const name of ['one.csv', 'two.csv']) await seed(account, name, 'zip|n\n01234|5\n00001|-9\n')
  await arrived(account, 'two.csv')
  await signIn(page, account)
  await openTable(page, 'one.csv')
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  const one = page.getByRole('dialog', { name: 'How one.csv is read' })
  await one.getByRole('combobox', { name: 'Type of n' }).selectOption('text')
  await one.getByRole('combobox', { name: 'Words for missing' }).fill('-9')
  await page.keyboard.press('Enter')
  await one.getByRole('button', { name: 'Read again with this' }).click()
  await expect(page.getByText('Read again: this is version 1')).toBeVisible()
  await expect(one).toHaveCount(0)
  await expect(page.getByRole('columnheader', { name: 'Filter n' })).toContainText('text')

  await page.goto('/files')
  await openTable(page, 'two.csv')
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  const two = page.getByRole('dialog', { name: 'How two.csv is read' })
  await expect(two.getByText('was last read with: Words for missing -9; types of n.')).toBeVisible()
  await two.getByRole('button', { name: 'Use these options' }).click()
  await expect(two.getByRole('combobox', { name: 'Type of n' })).toHaveValue('text')
})

test('a file that is called like a table asks once what it is to be, and becomes its new rows', async ({
  page,
  account,
  seed,
  arrived,
}) => {
  await seed(account, 'stock.csv', 'item,n\noak,1\n')
  const { id } = await arrived(account, 'stock.csv')
  await signIn(page, account)
  await page.getByTestId('file-input').setInputFiles({
    name: 'stock.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('item,n\npine,2\nash,3\n'),
  })
  const question = page.getByRole('group', { name: 'There is a table stock.csv' })
  await expect(question.getByRole('button')).toHaveText(['a new file', 'its new rows', 'added to it'])
  expect(await violations(page)).toEqual([])
  await question.getByRole('button', { name: 'stock.csv: its new rows' }).click()
  await expect(page.getByText('Its rows are version 1 of the table now')).toBeVisible()
  await page.goto(`/files/${id}`)
  await expect(cell(page, 1, 1)).toHaveText('pine')
})
