import { QueryStatus } from '@reduxjs/toolkit/query'
import type { ApiStore } from './apiState'
import { authApi } from './authApi'
import { baseApi } from './baseApi'
import { streamChanged } from './connection'
import { type EventKind, type StreamMessage, shareStream } from './eventStream'
import { filesApi } from './filesApi'
import { fileAnnounced, fileGone, fileProgressed, isFinished } from './live'
import type { FileEntry, FileProgress } from './types'

const REFRESH_MS = 150

/** Sums over a whole table can take long; nobody waits for them. */
const UNHURRIED = new Set(['getAggregates', 'getCrossTable', 'getBoxes', 'getPoints', 'getProfile'])

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

type Refresher = ReturnType<typeof refresher>

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
  onAnnounced: (announcement: Announced) => void
  /** An own file was under way a moment ago, and is through. */
  onFinished: (entry: FileEntry) => void
}

/** Folds what the stream says into the store. */
class EventSink {
  readonly #store: ApiStore
  readonly #hooks: Hooks
  readonly #again: Refresher
  /** Files whose end is still to come. A list that is asked for meanwhile may know of it before the event. */
  readonly #underWay = new Set<string>()
  #connected = false

  constructor(store: ApiStore, hooks: Hooks, again: Refresher) {
    this.#store = store
    this.#hooks = hooks
    this.#again = again
  }

  readonly take = (message: StreamMessage): void => {
    if (message.kind === 'event') this.#handlers[message.type](message.data)
    if (message.kind === 'state') this.#stateChanged(message.state)
    if (message.kind === 'gap') this.#refreshAll()
    if (message.kind === 'refused')
      this.#store.dispatch(authApi.endpoints.me.initiate(undefined, { subscribe: false, forceRefetch: true }))
  }

  readonly #handlers: Record<EventKind, (data: string) => void> = {
    'file.created': (data) => this.#announced(data, true),
    'file.updated': (data) => this.#announced(data, false),
    'file.progress': (data) => this.#progressed(JSON.parse(data)),
    'file.deleted': (data) => {
      const { file_id }: { file_id: string } = JSON.parse(data)
      this.#store.dispatch(fileGone(file_id))
      this.#underWay.delete(file_id)
      this.#again.soon('File', 'LIST', file_id)
    },
    'file.announced': (data) => this.#hooks.onAnnounced(JSON.parse(data)),
    'dataset.updated': (data) => {
      const { dataset }: { dataset: { id: string } } = JSON.parse(data)
      this.#again.soon('Dataset', dataset.id)
    },
    // The server no longer has what was missed.
    reset: () => this.#refreshAll(),
  }

  #announced(data: string, isNew: boolean): void {
    const entry = entryOf(JSON.parse(data))
    if (entry === null) return
    const state = this.#store.getState()
    const mine = state.session.user?.username === entry.owner
    const before = state.live[entry.id]
    if (!mine && ((isNew && before === undefined) || (before?.role && before.role !== entry.role)))
      this.#hooks.onShared(entry)
    if (before && !isFinished(before.status)) this.#underWay.add(entry.id)
    if (!isFinished(entry.status)) this.#underWay.add(entry.id)
    else if (this.#underWay.delete(entry.id) && mine) this.#hooks.onFinished(entry)
    this.#store.dispatch(fileAnnounced(entry, isNew))
    patchLists(this.#store, entry.id, (row) => Object.assign(row, entry))
    this.#again.soon('File', 'LIST', entry.id)
  }
  #progressed(progress: FileProgress): void {
    this.#store.dispatch(fileProgressed(progress))
    if (!isFinished(progress.status)) this.#underWay.add(progress.file_id)
    const known = patchLists(this.#store, progress.file_id, (row) => {
      row.progress = Math.max(row.progress, progress.progress)
      row.offset = Math.max(row.offset, progress.upload.offset)
      row.status = progress.status
    })
    if (!known && progress.status === 'uploading') this.#again.soon('File', 'LIST')
  }
  #stateChanged(state: 'live' | 'reconnecting'): void {
    // What the page shows was asked for before the stream was there: something may have happened in between.
    if (state === 'live' && !this.#connected) this.#again.soonAll('File')
    this.#connected ||= state === 'live'
    this.#store.dispatch(streamChanged(state))
  }
  #refreshAll(): void {
    this.#store.dispatch(baseApi.util.invalidateTags(['File', 'Dataset']))
  }
}

/**
 * Follows the event stream and folds what it says into the store, until the returned function is called.
 * After a gap everything visible is asked for again, since events may have been missed.
 */
export const openEvents = (userId: string, store: ApiStore, hooks: Hooks): (() => void) => {
  const again = refresher(store)
  const leave = shareStream(userId, new EventSink(store, hooks, again).take)
  return () => {
    again.stop()
    leave()
    store.dispatch(streamChanged('connecting'))
  }
}
