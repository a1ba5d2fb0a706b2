import type { FetchArgs, FetchBaseQueryMeta } from '@reduxjs/toolkit/query'
import type { Problem } from './problem'
import type { components } from './schema.gen'
import type { Version } from './types'

/** How far the making of a version is. */
type VersionJob = components['schemas']['VersionJobShown']
type Answer = { data?: unknown; error?: Problem; meta?: FetchBaseQueryMeta }
type Ask = (args: string | FetchArgs) => unknown
type Made = { data: number } | { error: Problem }

/** How often a job that takes long is looked at, in milliseconds. */
const LOOK_MS = 1000
const pause = () => new Promise<void>((resolve) => setTimeout(resolve, LOOK_MS))

/** Pure: why there is no version, as if the request had been answered so. */
const failureOf = (error: NonNullable<VersionJob['error']>): Problem => ({
  ...error,
  retryAfter: null,
  current: null,
})

/** Asks for a version at an address, and waits until it is there, however long that takes. */
export const versionMade = async (
  ask: Ask,
  url: string,
  body: object,
  signal: AbortSignal,
): Promise<Made> => {
  const asked = (await ask({ url, method: 'POST', body })) as Answer
  if (asked.error) return { error: asked.error }
  if (asked.meta?.response?.status !== 202) return { data: (asked.data as Version).version }
  while (!signal.aborted) {
    await pause()
    const looked = (await ask(url)) as Answer
    if (looked.error) return { error: looked.error }
    const { error, version } = looked.data as VersionJob
    if (error) return { error: failureOf(error) }
    if (version !== null) return { data: version }
  }
  return { error: { status: 0, code: 'unreachable', detail: '', retryAfter: null, current: null } }
}
