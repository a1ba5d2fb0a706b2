import { uploadWatched } from '../../api/live'
import { sessionExpired } from '../../api/session'
import type { AppStore } from '../../app/store'
import { holdLock } from '../../shared/lock'
import { toastProblem } from '../../shared/toast'
import type { UploadEngine } from './commands'
import { createLeader, type Leader, type LeaderHooks } from './leader'
import type { UploadBatch, UploadCommand } from './types'
import { uploadsSynced } from './uploadsSlice'

type Message =
  | { kind: 'hello' }
  | { kind: 'command'; command: UploadCommand }
  | { kind: 'batch'; batch: UploadBatch }
  | { kind: 'say'; title: string; detail: string }

/** One for each user of this page; kept over signing out, since it holds the chosen files. */
const leaders = new Map<string, Leader>()

/** Settles at once while signed in, else when the same page has signed in again. */
const whenSignedIn = (store: AppStore) => (): Promise<void> =>
  new Promise((resolve) => {
    const isIn = () => store.getState().session.status === 'in'
    if (isIn()) return resolve()
    const stop = store.subscribe(() => {
      if (!isIn()) return
      stop()
      resolve()
    })
  })

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
    store.dispatch(uploadsSynced(batch))
    for (const { fileId } of batch.upsert) if (fileId) store.dispatch(uploadWatched(fileId))
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
  holdLock(`parquay-uploads-${userId}`, closing.signal, () => {
    const kept = leaders.get(userId)
    leader =
      kept ??
      createLeader(
        userId,
        {
          publish: (batch) => current.publish(batch),
          whenSignedIn: whenSignedIn(store),
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

  return {
    send: (command) => {
      if (leader) leader.run(command)
      else if (following) post({ kind: 'command', command })
      else early.push(command)
    },
    stop: () => {
      leader?.suspend()
      closing.abort()
      channel.close()
    },
  }
}

/** The leader outlives one sign-in; this is where it publishes to now. */
const current: Pick<LeaderHooks, 'publish' | 'say'> = { publish: () => undefined, say: () => undefined }
