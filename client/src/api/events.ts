import { QueryStatus } from '@reduxjs/toolkit/query'
import type { ApiStore } from './apiState'
import { authApi } from './authApi'
import { baseApi } from './baseApi'
import { streamChanged } from './connection'
import { type EventKind, shareStream } from './eventStream'
import { filesApi } from './filesApi'
import { fileAnnounced, fileGone, fileProgressed, isFinished } from './live'
import type { FileEntry, FileProgress } from './types'

const REFRESH_MS = 150

/** Sums over a whole table can take long; nobody waits for them. */
const UNHURRIED = new Set(['getAggregates', 'groupRows', 'getProfile'])

/** Without `id`: everything of the type. */
type Tag = { type: 'File' | 'Dataset'; id?: string }

/**
 * Asks for lists and files again, once for a burst of events. An answer that was under way when the
 * event came may be older than the event, and a second question would be dropped: so wait for it first.
 */
const refresher = (store: ApiStore) => {
  const tags = new Map<string, Tag>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const asking = () => {
    const { queries, mutations } = store.getState().api
    return [...Object.values(queries), ...Object.values(mutations)].some(
      (request) => request?.status === QueryStatus.pending && !UNHURRIED.has(String(request.endpointName)),
    )
  }
  const refresh = () => {
    timer = undefined
    if (asking()) return arm()
    const wanted = [...tags.values()]
    tags.clear()
    store.dispatch(baseApi.util.invalidateTags(wanted))
  }
  const arm = () => {
    timer ??= setTimeout(refresh, REFRESH_MS)
  }
  return {
    soon: (type: Tag['type'], ...ids: string[]) => {
      for (const id of ids) tags.set(`${type} ${id}`, { type, id })
      arm()
    },
    soonAll: (type: Tag['type']) => {
      tags.set(type, { type })
      arm()
    },
    stop: () => clearTimeout(timer),
  }
}

/** Changes the rows of every cached list in place; false when no list holds the file. */
const patchLists = (store: ApiStore, id: string, change: (entry: FileEntry) => void): boolean => {
  let found = false
  const lists = filesApi.util.selectInvalidatedBy(store.getState(), [{ type: 'File', id: 'LIST' }])
  for (const { endpointName, originalArgs } of lists) {
    if (endpointName !== 'listFiles') continue
    store.dispatch(
      filesApi.util.updateQueryData('listFiles', originalArgs, ({ entries }) => {
        for (const entry of entries)
          if (entry.id === id) {
            found = true
            change(entry)
          }
      }),
    )
  }
  return found
}

/** Messages come as the thing itself or wrapped in `file`. */
const entryOf = (data: { file?: FileEntry } & Partial<FileEntry>): FileEntry | null =>
  data.file ?? (data.id === undefined ? null : (data as FileEntry))

export type Announced = { owner: string | null; name: string | null; at: string }

type Hooks = {
  /** Somebody else's file can be seen from now on, or more or less may be done with it. */
  onShared: (entry: FileEntry) => void
  /** Somebody else added a file that cannot be seen from here. Without names only that much is known. */
  onAnnounced: (told: Announced) => void
  /** An own file was under way a moment ago, and is through. */
  onFinished: (entry: FileEntry) => void
}

/**
 * Follows the event stream and folds what it says into the store, until the returned function is called.
 * After a gap everything visible is asked for again, since events may have been missed.
 */
export const openEvents = (
  userId: string,
  store: ApiStore,
  { onShared, onAnnounced, onFinished }: Hooks,
): (() => void) => {
  const { dispatch } = store
  const again = refresher(store)
  /** Files whose end is still to be told. A list that is asked for meanwhile may know of it before the event. */
  const underWay = new Set<string>()

  const announced = (data: string, born: boolean) => {
    const entry = entryOf(JSON.parse(data))
    if (entry === null) return
    const state = store.getState()
    const mine = state.session.user?.username === entry.owner
    const before = state.live[entry.id]
    if (!mine && ((born && before === undefined) || (before?.role && before.role !== entry.role)))
      onShared(entry)
    if (before && !isFinished(before.status)) underWay.add(entry.id)
    if (!isFinished(entry.status)) underWay.add(entry.id)
    else if (underWay.delete(entry.id) && mine) onFinished(entry)
    dispatch(fileAnnounced(entry, born))
    patchLists(store, entry.id, (row) => Object.assign(row, entry))
    again.soon('File', 'LIST', entry.id)
  }
  const progressed = (data: string) => {
    const progress: FileProgress = JSON.parse(data)
    dispatch(fileProgressed(progress))
    if (!isFinished(progress.status)) underWay.add(progress.file_id)
    const known = patchLists(store, progress.file_id, (row) => {
      row.progress = Math.max(row.progress, progress.progress)
      row.offset = Math.max(row.offset, progress.upload.offset)
      row.status = progress.status
    })
    if (!known && progress.status === 'uploading') again.soon('File', 'LIST')
  }
  let connected = false
  const changedTo = (state: 'live' | 'reconnecting') => {
    // What the page shows was asked for before the stream was there: something may have happened in between.
    if (state === 'live' && !connected) again.soonAll('File')
    connected ||= state === 'live'
    dispatch(streamChanged(state))
  }
  const everything = () => dispatch(baseApi.util.invalidateTags(['File', 'Dataset']))

  const handlers: Record<EventKind, (data: string) => void> = {
    'file.created': (data) => announced(data, true),
    'file.updated': (data) => announced(data, false),
    'file.progress': progressed,
    'file.deleted': (data) => {
      const { file_id }: { file_id: string } = JSON.parse(data)
      dispatch(fileGone(file_id))
      underWay.delete(file_id)
      again.soon('File', 'LIST')
    },
    'file.announced': (data) => onAnnounced(JSON.parse(data)),
    'dataset.updated': (data) => {
      const { dataset }: { dataset: { id: string } } = JSON.parse(data)
      again.soon('Dataset', dataset.id)
    },
    // The server no longer has what was missed.
    reset: everything,
  }
  const leave = shareStream(userId, (told) => {
    if (told.kind === 'event') handlers[told.type](told.data)
    if (told.kind === 'state') changedTo(told.state)
    if (told.kind === 'gap') everything()
    if (told.kind === 'refused')
      dispatch(authApi.endpoints.me.initiate(undefined, { subscribe: false, forceRefetch: true }))
  })
  return () => {
    again.stop()
    leave()
    dispatch(streamChanged('connecting'))
  }
}
