import { baseApi } from './baseApi'
import type { components } from './schema.gen'

type Schemas = components['schemas']
export type Signal = Schemas['SignalRef']
export type Sample = Schemas['SampleRow']
export type SamplePage = Schemas['SamplePage']
export type SampleSort = `${'' | '-'}${'timestamp' | 'value'}`
export type SamplesQuery = { name: string; page: number; size: number; sort: SampleSort }

export const liveSignals = baseApi.injectEndpoints({
  endpoints: (build) => ({
    listSignals: build.query<Signal[], void>({ query: () => '/live/signals' }),
    /** A page of what is stored; never kept, since a second later it is another one. */
    getSamples: build.query<SamplePage, SamplesQuery>({
      query: ({ name, ...params }) => ({ url: `/live/signals/${encodeURIComponent(name)}`, params }),
      keepUnusedDataFor: 0,
    }),
  }),
})

export const { useListSignalsQuery, useGetSamplesQuery } = liveSignals
