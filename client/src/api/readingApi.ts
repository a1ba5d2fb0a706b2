import { baseApi } from './baseApi'
import { exactAnswer } from './exactJson'
import type { Problem } from './problem'
import type { components } from './schema.gen'
import type { Row, Version } from './types'

type Schemas = components['schemas']

/** How a file is read; what is left out is found out. */
export type ReadingOptions = Omit<Schemas['ReadingOptions'], 'types'> & {
  types?: Record<string, { type: string; style?: string }>
}
export type Preview = Omit<Schemas['PreviewShown'], 'rows'> & { rows: Row[] }
export type Mended = Omit<Schemas['MendedReject'], 'row'>
/** How far a file is that is read again. */
type Reread = Schemas['VersionJobShown']

const datasetPath = (id: string) => `/datasets/${encodeURIComponent(id)}`
const filePath = (id: string) => `/files/${encodeURIComponent(id)}`
const tags = (id: string) => [{ type: 'Dataset', id } as const, { type: 'File', id } as const]

/** How often a reading that takes long is looked at, in milliseconds. */
const LOOK_MS = 1000
const pause = () => new Promise<void>((resolve) => setTimeout(resolve, LOOK_MS))

/** Pure: why a reading has failed, as if its request had been answered so. */
const failureOf = (error: NonNullable<Reread['error']>): Problem => ({
  ...error,
  retryAfter: null,
  current: null,
})

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
      queryFn: async ({ id, options }, api, _, ask) => {
        const url = `${datasetPath(id)}/reread`
        const asked = await ask({ url, method: 'POST', body: options })
        if (asked.error) return { error: asked.error }
        if (asked.meta?.response?.status !== 202) return { data: (asked.data as Version).version }
        while (!api.signal.aborted) {
          await pause()
          const looked = await ask(url)
          if (looked.error) return { error: looked.error }
          const { error, version } = looked.data as Reread
          if (error) return { error: failureOf(error) }
          if (version !== null) return { data: version }
        }
        return { error: { status: 0, code: 'unreachable', detail: '', retryAfter: null, current: null } }
      },
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
