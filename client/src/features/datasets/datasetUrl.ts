/**
 * What the address bar says about a table. `version` null is the newest; `at` is a row to look at, by its place.
 * `q` is a text that some cell of a row shows.
 * `hidden` columns are not shown, those of `order` come before the others, the first `frozen` stay in sight;
 * `widths` are those that somebody gave to columns, in pixels.
 * `chart` to `top` are a chart's: its kind, its dimensions, its measure, and how many groups; empty: what fits best.
 */
export type DatasetView = {
  tab: DatasetTab
  page: number
  size: number
  sort: string
  filters: string[]
  q: string
  version: number | null
  at: number | null
  hidden: string[]
  order: string[]
  frozen: number
  widths: Widths
  chart: string
  by: string
  split: string
  measure: string
  unit: string
  top: number
}

export type Widths = Readonly<Record<string, number>>
/** In pixels. */
const WIDTH_MIN = 72
const WIDTH_MAX = 900

export const TABS = ['rows', 'summary', 'rejects', 'history'] as const
export type DatasetTab = (typeof TABS)[number]
export const ROW_SIZES = [10, 100, 500, 1000] as const

const DEFAULT_VIEW: DatasetView = {
  tab: 'rows',
  page: 1,
  size: 100,
  sort: '',
  filters: [],
  q: '',
  version: null,
  at: null,
  hidden: [],
  order: [],
  frozen: 0,
  widths: {},
  chart: '',
  by: '',
  split: '',
  measure: '',
  unit: '',
  top: 0,
}

const wholeNumber = (text: string | null): number | null => {
  const value = Number(text)
  return text !== null && text !== '' && Number.isSafeInteger(value) && value >= 0 ? value : null
}

/** Pure: a width that a column can have. */
export const widthWithin = (width: number): number =>
  Math.round(Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, width)))

/** `name:220`; names may hold colons. */
const widthsFrom = (texts: string[]): Widths =>
  Object.fromEntries(
    texts.flatMap((text) => {
      const width = wholeNumber(text.slice(text.lastIndexOf(':') + 1))
      const name = text.slice(0, Math.max(0, text.lastIndexOf(':')))
      return width === null || name === '' ? [] : [[name, widthWithin(width)]]
    }),
  )

/** Reads search parameters; anything unknown falls back to the default. */
export const datasetViewFrom = (params: URLSearchParams): DatasetView => {
  const size = Number(params.get('size'))
  return {
    tab: TABS.find((tab) => tab === params.get('tab')) ?? 'rows',
    page: Math.max(1, wholeNumber(params.get('page')) ?? 1),
    size: ROW_SIZES.find((known) => known === size) ?? DEFAULT_VIEW.size,
    sort: params.get('sort') ?? '',
    filters: params.getAll('filter'),
    q: params.get('q') ?? '',
    version: wholeNumber(params.get('version')),
    at: wholeNumber(params.get('at')),
    hidden: params.getAll('hide'),
    order: params.getAll('order'),
    frozen: wholeNumber(params.get('freeze')) ?? 0,
    widths: widthsFrom(params.getAll('width')),
    chart: params.get('chart') ?? '',
    by: params.get('by') ?? '',
    split: params.get('split') ?? '',
    measure: params.get('measure') ?? '',
    unit: params.get('unit') ?? '',
    top: wholeNumber(params.get('top')) ?? 0,
  }
}

/** Writes only what differs from the default, so that the plain page has a plain address. */
export const paramsOfDatasetView = (view: DatasetView): URLSearchParams => {
  const params = new URLSearchParams()
  if (view.tab !== 'rows') params.set('tab', view.tab)
  if (view.page > 1) params.set('page', String(view.page))
  if (view.size !== DEFAULT_VIEW.size) params.set('size', String(view.size))
  if (view.sort) params.set('sort', view.sort)
  for (const filter of view.filters) params.append('filter', filter)
  if (view.q) params.set('q', view.q)
  if (view.version !== null) params.set('version', String(view.version))
  if (view.at !== null) params.set('at', String(view.at))
  for (const name of view.hidden) params.append('hide', name)
  for (const name of view.order) params.append('order', name)
  if (view.frozen > 0) params.set('freeze', String(view.frozen))
  for (const [name, width] of Object.entries(view.widths)) params.append('width', `${name}:${width}`)
  if (view.chart) params.set('chart', view.chart)
  if (view.by) params.set('by', view.by)
  if (view.measure) params.set('measure', view.measure)
  if (view.unit) params.set('unit', view.unit)
  if (view.split) params.set('split', view.split)
  if (view.top > 0) params.set('top', String(view.top))
  return params
}

const MOVES: (keyof DatasetView)[] = ['size', 'sort', 'filters', 'q', 'version']

/** Pure: which rows are asked for, of which version. */
export const narrowedBy = ({ version, filters, q }: DatasetView) => ({ version, filters, q })

/** Other rows, or the same ones in another order, start at the first page again. */
export const changeDatasetView = (view: DatasetView, change: Partial<DatasetView>): DatasetView => {
  const moved = MOVES.some((key) => key in change)
  return { ...view, at: null, ...(moved && { page: 1 }), ...change }
}

/** The next sort after a click on a column: up, down, and the order of the table again. */
export const nextColumnSort = (sort: string, column: string): string => {
  if (sort === column) return `-${column}`
  return sort === `-${column}` ? '' : column
}

/** The order of the table turned round: the sort that nobody chooses by a column. */
export const REVERSED = '-_rid'
