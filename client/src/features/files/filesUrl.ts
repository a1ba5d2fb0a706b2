import type { FilesFilter, FilesQuery, SortField } from '../../api/filesApi'
import type { FileStatus } from '../../api/types'

/** What the address bar says about the table; everything else about it follows from the server. */
export type FilesView = Omit<FilesQuery, 'cursor'> & { page: number }

const SORTS: readonly string[] = ['uploaded_at', 'name', 'size', 'row_count', 'status']
const STATUSES: readonly string[] = ['uploading', 'processing', 'done', 'error']
export const PAGE_SIZES = [25, 50, 100] as const
export const NO_FILTER: FilesFilter = { status: '', q: '', kind: '', owner: '', since: '', tag: '' }
export const DEFAULT_VIEW: FilesView = { ...NO_FILTER, sort: '-uploaded_at', limit: 25, page: 1 }

const isSort = (value: string): value is FilesView['sort'] => SORTS.includes(value.replace(/^-/, ''))
const isStatus = (value: string): value is FileStatus => STATUSES.includes(value)

const oneOf = <T extends string>(known: readonly T[], value: string | null): T | '' =>
  known.find((each) => each === value) ?? ''

/** Reads search parameters; anything unknown falls back to the default. */
export const viewFromParams = (params: URLSearchParams): FilesView => {
  const sort = params.get('sort') ?? ''
  const status = params.get('status') ?? ''
  const page = Number(params.get('page'))
  const limit = Number(params.get('size'))
  return {
    sort: isSort(sort) ? sort : DEFAULT_VIEW.sort,
    status: isStatus(status) ? status : '',
    q: params.get('q') ?? '',
    kind: oneOf(['table', 'other'], params.get('kind')),
    owner: oneOf(['me', 'others'], params.get('owner')),
    since: oneOf(['day', 'week', 'month'], params.get('since')),
    tag: params.get('tag') ?? '',
    limit: PAGE_SIZES.find((size) => size === limit) ?? DEFAULT_VIEW.limit,
    page: Number.isInteger(page) && page > 0 ? page : 1,
  }
}

/** Writes only what differs from the default, so that the plain page has a plain address. */
export const paramsFromView = (view: FilesView): URLSearchParams => {
  const params = new URLSearchParams()
  if (view.q) params.set('q', view.q)
  for (const name of ['status', 'kind', 'owner', 'since', 'tag'] as const)
    if (view[name]) params.set(name, view[name])
  if (view.sort !== DEFAULT_VIEW.sort) params.set('sort', view.sort)
  if (view.limit !== DEFAULT_VIEW.limit) params.set('size', String(view.limit))
  if (view.page > 1) params.set('page', String(view.page))
  return params
}

export const isFiltered = (view: FilesView): boolean =>
  (Object.keys(NO_FILTER) as (keyof FilesFilter)[]).some((name) => view[name] !== '')

/** A change of anything but the page starts at the first page again. */
export const changeView = (view: FilesView, change: Partial<FilesView>): FilesView => ({
  ...view,
  page: 1,
  ...change,
})

const FIRST_DESCENDING: readonly SortField[] = ['uploaded_at', 'size', 'row_count']

/** The next sort after a click on a column: its natural direction first, then the other one. */
export const nextSort = (sort: FilesView['sort'], field: SortField): FilesView['sort'] => {
  if (sort === field) return `-${field}`
  if (sort === `-${field}`) return field
  return FIRST_DESCENDING.includes(field) ? `-${field}` : field
}
