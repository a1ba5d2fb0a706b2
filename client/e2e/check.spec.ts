import { expect, isLive, rowOf, signIn, test, violations } from './fixtures'

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
  await dialog.getByRole('combobox', { name: 'Delimiter' }).fill('')
  await dialog.getByRole('combobox', { name: 'Type of Menge' }).selectOption('text')
  await dialog.getByRole('combobox', { name: 'Words for missing' }).fill('Ulm')
  await page.keyboard.press('Enter')
  await dialog.getByRole('button', { name: 'Read again with this' }).click()
  await expect(page.getByText('Read again: this is version 1')).toBeVisible()
  await expect(dialog).toHaveCount(0)
})
