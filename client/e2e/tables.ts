import { createHash } from 'node:crypto'
import type { Page } from '@playwright/test'

export const CITIES = 'id,city,price\n1,Hamburg,2.50\n2,Lisbon,1.25\n3,Oslo,9.00\n'
export const MANY = `n,word\n${Array.from({ length: 10_000 }, (_, n) => `${n},${n % 2 ? 'odd' : 'even'}`).join('\n')}\n`
export const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')

export const grid = (page: Page) => page.getByRole('grid')
/** A cell by the number of its row and its column, both from 1 as people count. */
export const cell = (page: Page, row: number, column: number) =>
  grid(page).locator(`[data-place="${row - 1}:${column - 1}"]`)

/** Opens the editor of a cell. */
export const open = async (page: Page, row: number, column: number) => {
  await cell(page, row, column).dblclick()
  return cell(page, row, column).getByRole('textbox')
}

export const write = async (page: Page, row: number, column: number, text: string) => {
  await cell(page, row, column).dblclick()
  const input = cell(page, row, column).getByRole('textbox')
  await input.fill(text)
  await input.press('Enter')
}

export const newest = async (page: Page) =>
  (await page.request.get(`/api/datasets/${idOf(page)}?size=1&aggregates=false`)).headers().etag
export const idOf = (page: Page) => new URL(page.url()).pathname.split('/').at(-1)
