import { checkSession } from '../../../api/authApi'
import { filesApi } from '../../../api/filesApi'
import { selectLive, uploadWatched } from '../../../api/live'
import { sessionExpired } from '../../../api/session'
import { holdLock } from '../../../shared/lock'
import { toastProblem } from '../../../shared/toast'
import type { AppStore } from '../../../store/state'
import type { UploadEngine } from '../commands'
import type { ActsOn, UploadBatch } from '../types'
import { isLeftOver, selectUpload, uploadsSynced } from '../uploadsSlice'
import { Leader, type Outlet, type SessionHooks } from './leader'
import { type Message, newTab, type TabEffect, type TabEvent, tabStep } from './tabMachine'

/** Long enough for a tab that holds files to ask for its turn. */
const OTHERS_FIRST_MS = 1000

/** One for each user of this page; kept over signing out, since it holds the chosen files. */
export type Leaders = Map<string, Leader>

const lookUp = (fileId: string) =>
  filesApi.endpoints.getFile.initiate(fileId, { subscribe: false, forceRefetch: true })

const isSignedIn = (store: AppStore, userId: string): boolean => {
  const { status, user } = store.getState().session
  return status === 'in' && user?.id === userId
}

/** Settles at once while this person is signed in, else when this person has signed in again. */
const comeBack = (store: AppStore, userId: string): Promise<void> =>
  new Promise((resolve) => {
    if (isSignedIn(store, userId)) return resolve()
    const stop = store.subscribe(() => {
      if (!isSignedIn(store, userId)) return
      stop()
      resolve()
    })
  })

/** A link asks for no session. */
const linkHooks = (link: string): SessionHooks => ({
  link,
  whenSignedIn: () => Promise.resolve(),
  onExpired: () => undefined,
})

const sessionHooks = (store: AppStore, userId: string): SessionHooks => ({
  link: null,
  /** Asks the server whose session it is, until it is this person's: what one began never goes on as another's. */
  whenSignedIn: async () => {
    do {
      await comeBack(store, userId)
      await store.dispatch(checkSession())
    } while (!isSignedIn(store, userId))
  },
  onExpired: () => store.dispatch(sessionExpired()),
})

const applyBatch = (store: AppStore, batch: UploadBatch): void => {
  const before = store.getState()
  store.dispatch(uploadsSynced(batch))
  for (const { id, fileId, phase } of batch.upsert) {
    if (!fileId) continue
    // What was through before this tab heard of it is not to be seen once more on its way.
    const late = phase === 'uploaded' && (batch.full || isLeftOver(selectUpload(before, id)))
    if (!late) store.dispatch(uploadWatched(fileId))
    else if (!selectLive(before, fileId)) void store.dispatch(lookUp(fileId))
  }
}

const isVisible = () => document.visibilityState === 'visible'

/**
 * Joins this tab to the user's uploads. Of all tabs one sends; the others show what it publishes
 * and pass commands (files too) on to it, until it ends and the next one takes over.
 */
class TabEngine implements UploadEngine {
  readonly #userId: string
  readonly #store: AppStore
  readonly #leaders: Leaders
  readonly #link: string | null
  readonly #channel: BroadcastChannel
  readonly #closing = new AbortController()
  readonly #waiting: ReturnType<typeof setTimeout>
  #tab = newTab

  constructor(userId: string, store: AppStore, leaders: Leaders, link: string | null) {
    this.#userId = userId
    this.#link = link
    this.#store = store
    this.#leaders = leaders
    this.#channel = new BroadcastChannel(`parquay-uploads-${userId}`)
    this.#channel.onmessage = ({ data: message }: MessageEvent<Message>) =>
      this.#dispatch({ type: 'received', message })
    this.#channel.postMessage({ kind: 'hello' } satisfies Message)
    // Of several tabs that are signed in again at once, the one that still holds the files goes first.
    const afterOthers = store.getState().session.wasOut && !leaders.has(userId)
    this.#waiting = setTimeout(this.#standForElection, afterOthers ? OTHERS_FIRST_MS : 0)
  }

  readonly send: UploadEngine['send'] = (command) => this.#dispatch({ type: 'command', command })
  readonly stop: UploadEngine['stop'] = () => {
    clearTimeout(this.#waiting)
    this.#dispatch({ type: 'closed' })
    this.#closing.abort()
    this.#channel.close()
  }

  /** Leads as soon as nobody else does. */
  readonly #standForElection = (): void =>
    holdLock(`parquay-uploads-${this.#userId}`, this.#closing.signal, () =>
      this.#dispatch({ type: 'elected' }),
    )

  #dispatch(event: TabEvent): void {
    const [tab, effects] = tabStep(this.#tab, event)
    this.#tab = tab
    for (const effect of effects) (this.#acts[effect.type] as (effect: TabEffect) => void)(effect)
  }
  readonly #acts: ActsOn<TabEffect> = {
    post: ({ message }) => this.#channel.postMessage(message),
    apply: ({ batch }) => applyBatch(this.#store, batch),
    toast: ({ title, detail }) => void (isVisible() && toastProblem(title, detail)),
    lead: ({ takesOver }) => this.#lead(takesOver),
    run: ({ command }) => this.#leaders.get(this.#userId)?.handle(command),
    publishAll: () => this.#leaders.get(this.#userId)?.publishAll(),
    suspend: () => this.#leaders.get(this.#userId)?.suspend(),
  }

  #lead(takesOver: boolean): void {
    const outlet: Outlet = {
      publish: (batch) => this.#dispatch({ type: 'published', batch }),
      say: (title, detail) => this.#dispatch({ type: 'said', title, detail, visible: isVisible() }),
    }
    const kept = this.#leaders.get(this.#userId)
    if (kept) {
      kept.wake(outlet)
      return
    }
    const hooks = this.#link === null ? sessionHooks(this.#store, this.#userId) : linkHooks(this.#link)
    const leader = new Leader(this.#userId, hooks, outlet)
    this.#leaders.set(this.#userId, leader)
    leader.publishAll()
    if (takesOver) void leader.recoverAll()
  }
}

export const openEngine = (
  userId: string,
  store: AppStore,
  leaders: Leaders,
  link: string | null,
): UploadEngine => new TabEngine(userId, store, leaders, link)
