import { describe, expect, test } from 'vitest'
import { changeView, DEFAULT_VIEW, nextSort, paramsFromView, viewFromParams } from './filesUrl'

const view = (search: string) => viewFromParams(new URLSearchParams(search))

describe('the address bar', () => {
  test('an empty one is the default view', () => expect(view('')).toEqual(DEFAULT_VIEW))

  test('what is written is read back', () => {
    const narrowed = {
      q: 'q3 & more',
      status: 'error',
      kind: 'table',
      owner: 'me',
      since: 'week',
      tag: 'Q4 & more',
    } as const
    const wanted = { ...narrowed, sort: '-size', limit: 50, page: 3 } as const
    expect(viewFromParams(paramsFromView(wanted))).toEqual(wanted)
  })

  test('the default view has a plain address', () => expect(paramsFromView(DEFAULT_VIEW).toString()).toBe(''))

  test('nonsense falls back to the default', () => {
    expect(view('sort=-password&status=lost&kind=x&owner=you&since=ever&page=-2&size=7')).toEqual(
      DEFAULT_VIEW,
    )
    expect(view('page=1.5').page).toBe(1)
  })
})

describe('changing the view', () => {
  const far = { ...DEFAULT_VIEW, page: 4 }
  test('a new search starts at the first page', () => expect(changeView(far, { q: 'x' }).page).toBe(1))
  test('turning the page keeps the rest', () => {
    expect(changeView({ ...far, q: 'x' }, { page: 5 })).toMatchObject({ q: 'x', page: 5 })
  })
})

describe('a click on a column', () => {
  test('numbers and times start with the largest', () => expect(nextSort('name', 'size')).toBe('-size'))
  test('names start with A', () => expect(nextSort('-size', 'name')).toBe('name'))
  test('a second click turns it around', () => {
    expect(nextSort('-size', 'size')).toBe('size')
    expect(nextSort('name', 'name')).toBe('-name')
  })
})
