import { baseApi } from './baseApi'
import { datasetTag, readingParams, type TableQuery } from './datasetsApi'
import { exactAnswer } from './exactJson'
import type { components } from './schema.gen'
import type { Cell } from './types'

type Schemas = components['schemas']
/** A key as a value, and as it was written; `cut`: of a long text the start. */
type Keyed = { key: Cell; text: string | null; cut?: boolean }
export type CrossTable = Omit<Schemas['CrossTable'], 'groups' | 'rest' | 'splits' | 'others'> & {
  groups: (Keyed & { value: Cell })[]
  rest: { groups: number; value: Cell } | null
  splits: (Keyed & { values: Cell[] })[]
  others: { groups: number; values: Cell[] } | null
}
type FiveNumbers = Record<'min' | 'q1' | 'median' | 'q3' | 'max', Cell>
export type Boxes = Omit<Schemas['Boxes'], 'boxes'> & { boxes: (Keyed & FiveNumbers & { count: number })[] }
export type Points = Omit<Schemas['Points'], 'points'> & { points: { _rid: number; x: Cell; y: Cell }[] }

/** `unit` and `splitUnit`: of time, empty where the values themselves are the keys; `split` empty: one dimension. */
type CrossQuery = TableQuery & {
  by: string
  unit: string
  split: string
  splitUnit: string
  measure: string
  top: number
}
type BoxesQuery = TableQuery & { column: string; by: string; unit: string; top: number }
type PointsQuery = TableQuery & { x: string; y: string }

/** Units of time stand side by side, so there is room for many. */
const UNITS_MAX = 1000
const SPLITS_MAX = 8

const address = (id: string, path: string, asked: Parameters<typeof readingParams>) => ({
  url: `/datasets/${encodeURIComponent(id)}/${path}?${readingParams(...asked)}`,
  responseHandler: exactAnswer,
})

const crossParams = ({ by, unit, split, splitUnit, measure, top }: CrossQuery): Record<string, string> => ({
  by,
  measure,
  ...(unit === '' ? { sort: '-value', limit: String(top) } : { unit, limit: String(UNITS_MAX) }),
  ...(split !== '' && {
    split,
    splits: String(SPLITS_MAX),
    ...(splitUnit === '' ? { split_sort: '-value' } : { split_unit: splitUnit }),
  }),
})

const chartsApi = baseApi.injectEndpoints({
  endpoints: (build) => ({
    getCrossTable: build.query<CrossTable, CrossQuery>({
      query: (asked) => address(asked.id, 'crosstab', [asked, crossParams(asked)]),
      providesTags: (_, __, { id }) => [datasetTag(id)],
    }),
    getBoxes: build.query<Boxes, BoxesQuery>({
      query: ({ column, by, unit, top, ...asked }) => {
        const group = by === '' ? {} : { by, ...(unit !== '' && { unit }), limit: String(top) }
        return address(asked.id, 'boxes', [asked, { column, ...group }])
      },
      providesTags: (_, __, { id }) => [datasetTag(id)],
    }),
    getPoints: build.query<Points, PointsQuery>({
      query: ({ x, y, ...asked }) => address(asked.id, 'points', [asked, { x, y }]),
      providesTags: (_, __, { id }) => [datasetTag(id)],
    }),
  }),
})

export const { useGetCrossTableQuery, useGetBoxesQuery, useGetPointsQuery } = chartsApi
