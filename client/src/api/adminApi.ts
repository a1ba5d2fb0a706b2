import { baseApi } from './baseApi'
import type { components } from './schema.gen'

type Schemas = components['schemas']

export type AdminUser = Schemas['AdminUser']
export type UserChange = Schemas['UserChange']
export type NewUser = Schemas['NewUser']
export type JobRef = Schemas['JobRef']
export type AuditRow = Schemas['AuditRow']
export type StorageFacts = Schemas['Storage']
/** Whether the service is ready; `status` is also `unavailable`, which the server says with an error. */
export type Health = Schemas['Ready']
export type JobState = 'queued' | 'idle' | 'running' | 'done' | 'failed'

/** Entries of the audit log that come at once. */
const AUDIT_ROWS = 50
const JOBS = 200

const users = { type: 'Admin', id: 'users' } as const
const jobs = { type: 'Admin', id: 'jobs' } as const
const audit = { type: 'Admin', id: 'audit' } as const

export const adminApi = baseApi.enhanceEndpoints({ addTagTypes: ['Admin'] }).injectEndpoints({
  endpoints: (build) => ({
    /** Whether the account administrates the server. */
    isAdmin: build.query<boolean, void>({
      query: () => '/me',
      transformResponse: ({ is_admin }: Schemas['Me']) => is_admin,
    }),
    listUsers: build.query<AdminUser[], void>({ query: () => '/admin/users', providesTags: [users] }),
    addUser: build.mutation<AdminUser, NewUser>({
      query: (body) => ({ url: '/admin/users', method: 'POST', body }),
      invalidatesTags: [users, audit],
    }),
    changeUser: build.mutation<AdminUser, { id: string } & UserChange>({
      query: ({ id, ...body }) => ({ url: `/admin/users/${encodeURIComponent(id)}`, method: 'PATCH', body }),
      invalidatesTags: [users, audit],
    }),
    listJobs: build.query<JobRef[], JobState | ''>({
      query: (state) => ({ url: '/admin/jobs', params: { limit: JOBS, ...(state && { state }) } }),
      providesTags: [jobs],
    }),
    retryJob: build.mutation<void, string>({
      query: (id) => ({ url: `/admin/jobs/${encodeURIComponent(id)}/retry`, method: 'POST' }),
      invalidatesTags: [jobs, audit],
    }),
    storage: build.query<StorageFacts, void>({ query: () => '/admin/storage' }),
    ready: build.query<Health, void>({ query: () => '/readyz' }),
    listAudit: build.infiniteQuery<AuditRow[], void, number | null>({
      infiniteQueryOptions: {
        initialPageParam: null,
        getNextPageParam: (last) => (last.length < AUDIT_ROWS ? undefined : last.at(-1)?.id),
      },
      query: ({ pageParam }) => ({
        url: '/admin/audit',
        params: { limit: AUDIT_ROWS, ...(pageParam !== null && { before: pageParam }) },
      }),
      providesTags: [audit],
    }),
  }),
})

export const {
  useIsAdminQuery,
  useListUsersQuery,
  useAddUserMutation,
  useChangeUserMutation,
  useListJobsQuery,
  useRetryJobMutation,
  useStorageQuery,
  useReadyQuery,
  useListAuditInfiniteQuery,
} = adminApi
