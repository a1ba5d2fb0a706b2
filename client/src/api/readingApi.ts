import { baseApi } from './baseApi'
import { exactAnswer } from './exactJson'
import type { components } from './schema.gen'
import type { Row } from './types'
import { versionMade } from './versionJobs'

type Schemas = components['schemas']

/** How a file is read; what is left out is found out. */
export type ReadingOptions = Omit<Schemas['ReadingOptions'], 'types'> & {
  types?: Record<string, { type: string; style?: string }>
}
export type Preview = Omit<Schemas['PreviewShown'], 'rows'> & { rows: Row[] }
export type Mended = Omit<Schemas['MendedReject'], 'row'>

const datasetPath = (id: string) => `/datasets/${encodeURIComponent(id)}`
const filePath = (id: string) => `/files/${encodeURIComponent(id)}`
const tags = (id: string) => [{ type: 'Dataset', id } as const, { type: 'File', id } as const]

export const readingApi = baseApi.injectEndpoints({
  endpoints: (build) => ({
    /** How the beginning of a file would be read; nothing is stored, so nothing is remembered of it here either. */
    previewFile: build.mutation<Preview, { id: string; options: ReadingOptions }>({
      query: ({ id, options }) => ({
        url: `${filePath(id)}/preview?text=true`,
        method: 'POST',
        body: options,
        responseHandler: exactAnswer,
      }),
    }),
    /** Makes a version of the table's own file, read so; settles when the version is there, however long that takes. */
    rereadFile: build.mutation<number, { id: string; options: ReadingOptions }>({
      queryFn: ({ id, options }, { signal }, _, ask) =>
        versionMade(ask, `${datasetPath(id)}/reread`, options, signal),
      invalidatesTags: (_, error, { id }) => (error ? [] : tags(id)),
    }),
    /** Makes a reject a row of the table, from its corrected text. */
    mendReject: build.mutation<Mended, { id: string; n: number; text: string }>({
      query: ({ id, n, text }) => ({ url: `${filePath(id)}/rejects/${n}`, method: 'POST', body: { text } }),
      invalidatesTags: (_, error, { id }) => (error ? [] : tags(id)),
    }),
  }),
})

export const { useRereadFileMutation, useMendRejectMutation } = readingApi
