import { apiUrl } from '../shared/base'
import { baseApi } from './baseApi'
import { exactAnswer } from './exactJson'
import { type Problem, problemFromBody } from './problem'
import type { components } from './schema.gen'
import type { FileEntry } from './types'
import { versionMade } from './versionJobs'

type Schemas = components['schemas']

export type SchemaTable = Schemas['SchemaTable']
/** A cell of a result: what JSON has, lists and structures too. A number whose text is more than the number is that text. */
export type ResultCell = unknown
export type ResultRow = Record<string, ResultCell>
/** `truncated`: there are more rows than were asked for. */
export type Result = Omit<Schemas['StatementResult'], 'rows'> & { rows: ResultRow[] }
export type ResultFormat = 'csv' | 'parquet' | 'arrow' | 'json'

/** Tables of one page of the schema, and most pages that are read: names beyond them are not completed. */
const TABLES = 200
const PAGES_MAX = 5
/** Rows of a download in JSON, which is the one format with a limit. */
const JSON_ROWS_MAX = 100_000

export const sqlApi = baseApi.injectEndpoints({
  endpoints: (build) => ({
    getSchema: build.query<SchemaTable[], void>({
      queryFn: async (_, __, ___, ask) => {
        const tables: SchemaTable[] = []
        let cursor: string | null = ''
        for (let page = 0; cursor !== null && page < PAGES_MAX; page += 1) {
          const answer = await ask({
            url: '/sql/schema',
            params: { limit: TABLES, ...(cursor && { cursor }) },
          })
          if (answer.error) return { error: answer.error }
          const { tables: more, next } = answer.data as Schemas['Schema']
          tables.push(...more)
          cursor = next
        }
        return { data: tables }
      },
      providesTags: [{ type: 'File', id: 'LIST' }],
    }),
    /** Aborting it ends the statement on the server. */
    runStatement: build.mutation<Result, { query: string; limit: number }>({
      query: (body) => ({ url: '/sql', method: 'POST', body, responseHandler: exactAnswer }),
    }),
    /** Keeps all rows of a result as a table. */
    saveResult: build.mutation<FileEntry, { query: string; name: string }>({
      query: (body) => ({ url: '/sql/save', method: 'POST', body }),
      invalidatesTags: (_, error) => (error ? [] : [{ type: 'File', id: 'LIST' }]),
    }),
    /** Runs the statement again that a table was made by; settles when the version is there. */
    refreshDataset: build.mutation<number, string>({
      queryFn: (id, { signal }, _, ask) =>
        versionMade(ask, `/datasets/${encodeURIComponent(id)}/refresh`, {}, signal),
      invalidatesTags: (_, error, id) =>
        error
          ? []
          : [
              { type: 'Dataset', id },
              { type: 'File', id },
            ],
    }),
  }),
})

export const {
  useGetSchemaQuery,
  useRunStatementMutation,
  useSaveResultMutation,
  useRefreshDatasetMutation,
} = sqlApi

const refusalOf = async (answer: Response): Promise<Problem> => {
  const body: unknown = await answer.json().catch(() => null)
  return problemFromBody(answer.status, body, answer.headers.get('Retry-After'))
}

/**
 * All rows of a result as a file, which no action could carry.
 *
 * Throws a `Problem`, also when the connection breaks in the middle: half a file is none.
 */
export const fetchResult = async (
  query: string,
  format: ResultFormat,
  signal: AbortSignal,
): Promise<Blob> => {
  const body = JSON.stringify({ query, format, ...(format === 'json' && { limit: JSON_ROWS_MAX }) })
  const headers = { 'Content-Type': 'application/json' }
  const asked = { method: 'POST', body, headers, signal, credentials: 'same-origin' } as const
  const answer = await fetch(apiUrl('/sql'), asked).catch(() => null)
  if (answer === null) throw problemFromBody(0, null)
  if (!answer.ok) throw await refusalOf(answer)
  return answer.blob().catch(() => {
    throw problemFromBody(0, null)
  })
}
