import { checkSession } from '../../../api/authApi'
import { filesApi } from '../../../api/filesApi'
import { selectLive, uploadWatched } from '../../../api/live'
import { sessionExpired } from '../../../api/session'
import { holdLock } from '../../../shared/lock'
import { toastProblem } from '../../../shared/toast'
import type { AppStore } from '../../../store/state'
import type { UploadEngine } from '../commands'
import type { UploadBatch, UploadCommand } from '../types'
import { isLeftOver, selectUpload, uploadsSynced } from '../uploadsSlice'
import { createLeader, type Leader, type LeaderHooks } from './leader'

type Message =
  | { kind: 'hello' }
  | { kind: 'command'; command: UploadCommand }
  | { kind: 'batch'; batch: UploadBatch }
  | { kind: 'say'; title: string; detail: string }

/** Long enough for a tab that holds files to ask for its turn. */
const OTHERS_FIRST_MS = 1000

const lookUp = (fileId: string) =>
  filesApi.endpoints.getFile.initiate(fileId, { subscribe: false, forceRefetch: true })

/** One for each user of this page; kept over signing out, since it holds the chosen files. */
const leaders = new Map<string, Leader>()

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

/** Asks the server whose session it is, until it is this person's: what one began never goes on as another's. */
const whenSignedIn = (store: AppStore, userId: string) => async (): Promise<void> => {
  do {
    await comeBack(store, userId)
    await store.dispatch(checkSession())
  } while (!isSignedIn(store, userId))
}

/**
 * Joins this tab to the user's uploads. Of all tabs one sends; the others show what it publishes
 * and pass commands (files too) on to it, until it ends and the next one takes over.
 */
export const openEngine = (userId: string, store: AppStore): UploadEngine => {
  const closing = new AbortController()
  const channel = new BroadcastChannel(`parquay-uploads-${userId}`)
  const post = (message: Message) => channel.postMessage(message)
  const early: UploadCommand[] = []
  let leader: Leader | null = null
  let following = false

  const apply = (batch: UploadBatch) => {
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
  const publish = (batch: UploadBatch) => {
    if (closing.signal.aborted) return
    apply(batch)
    post({ kind: 'batch', batch })
  }

  // The answer belongs where the person is, which may be another tab than the one that sends.
  const say = (title: string, detail: string) => {
    if (document.visibilityState === 'visible') toastProblem(title, detail)
    else post({ kind: 'say', title, detail })
  }

  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.kind === 'batch' && !leader) {
      following = true
      apply(data.batch)
      for (const command of early.splice(0)) post({ kind: 'command', command })
    }
    if (data.kind === 'say' && document.visibilityState === 'visible') toastProblem(data.title, data.detail)
    if (data.kind === 'hello') leader?.publishAll()
    if (data.kind === 'command') leader?.run(data.command)
  }

  post({ kind: 'hello' })
  const lead = () =>
    holdLock(`parquay-uploads-${userId}`, closing.signal, () => {
      const kept = leaders.get(userId)
      leader =
        kept ??
        createLeader(
          userId,
          {
            publish: (batch) => current.publish(batch),
            whenSignedIn: whenSignedIn(store, userId),
            onExpired: () => store.dispatch(sessionExpired()),
            say: (title, detail) => current.say(title, detail),
          },
          following,
        )
      leaders.set(userId, leader)
      current.publish = publish
      current.say = say
      if (kept) leader.wake()
      else leader.publishAll()
      for (const command of early.splice(0)) leader.run(command)
    })
  // Of several tabs that are signed in again at once, the one that still holds the files goes first.
  const afterOthers = store.getState().session.wasOut && !leaders.has(userId)
  const waiting = setTimeout(lead, afterOthers ? OTHERS_FIRST_MS : 0)

  return {
    send: (command) => {
      if (leader) leader.run(command)
      else if (following) post({ kind: 'command', command })
      else early.push(command)
    },
    stop: () => {
      clearTimeout(waiting)
      leader?.suspend()
      closing.abort()
      channel.close()
    },
  }
}

/** The leader outlives one sign-in; this is where it publishes to now. */
const current: Pick<LeaderHooks, 'publish' | 'say'> = { publish: () => undefined, say: () => undefined }
