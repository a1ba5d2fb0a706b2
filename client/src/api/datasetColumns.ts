import { datasetsApi, datasetTag } from './datasetsApi'
import type { components } from './schema.gen'

export type ColumnWish = { name?: string; type?: string; style?: string }
export type NewColumn = {
  name: string
  type: string
  expression?: string
  value?: string | null
}
export type ColumnAnswer = components['schemas']['ColumnAnswer']

/** Types that a column can be given; how many digits a decimal has is seen in its cells. */
export const COLUMN_TYPES = [
  'text',
  'bool',
  'int64',
  'decimal',
  'double',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'duration',
  'uuid',
] as const

const path = (id: string, column: string) =>
  `/datasets/${encodeURIComponent(id)}/columns/${encodeURIComponent(column)}`
// The file's page tells of the columns, too.
const tags = (id: string) => [datasetTag(id), { type: 'File', id } as const]

const datasetColumns = datasetsApi.injectEndpoints({
  endpoints: (build) => ({
    changeColumn: build.mutation<ColumnAnswer, { id: string; column: string; wish: ColumnWish }>({
      query: ({ id, column, wish }) => ({ url: path(id, column), method: 'PATCH', body: wish }),
      invalidatesTags: (_, error, { id }) => (error ? [] : tags(id)),
    }),
    addColumn: build.mutation<ColumnAnswer, { id: string; column: NewColumn }>({
      query: ({ id, column }) => ({
        url: `/datasets/${encodeURIComponent(id)}/columns`,
        method: 'POST',
        body: column,
      }),
      invalidatesTags: (_, error, { id }) => (error ? [] : tags(id)),
    }),
    dropColumn: build.mutation<ColumnAnswer, { id: string; column: string }>({
      query: ({ id, column }) => ({ url: path(id, column), method: 'DELETE' }),
      invalidatesTags: (_, error, { id }) => (error ? [] : tags(id)),
    }),
  }),
})

export const { useChangeColumnMutation, useDropColumnMutation, useAddColumnMutation } = datasetColumns
