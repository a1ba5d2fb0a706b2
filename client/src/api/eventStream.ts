import { apiUrl } from '../shared/base'
import { holdLock } from '../shared/lock'

const REOPEN_MS = 2000
const KINDS = [
  'file.created',
  'file.updated',
  'file.progress',
  'file.deleted',
  'file.announced',
  'dataset.updated',
  'reset',
] as const
export type EventKind = (typeof KINDS)[number]

/**
 * What the stream tells. `gap`: events may have been missed. `refused`: the server does not want this
 * session any more, or is not itself.
 */
export type Told =
  | { kind: 'event'; type: EventKind; data: string }
  | { kind: 'state'; state: 'live' | 'reconnecting' }
  | { kind: 'gap' }
  | { kind: 'refused' }
type Message = Told | { kind: 'hello' }

/** Opens the stream itself, and again after a refusal. Returns how to close it. */
const openSource = (tell: (told: Told) => void, missed: boolean): (() => void) => {
  let source: EventSource | undefined
  let reopen: ReturnType<typeof setTimeout> | undefined
  let gap = missed
  const open = () => {
    source = new EventSource(apiUrl('/events'), { withCredentials: true })
    source.onopen = () => {
      tell({ kind: 'state', state: 'live' })
      if (gap) tell({ kind: 'gap' })
      gap = true
    }
    source.onerror = () => {
      tell({ kind: 'state', state: 'reconnecting' })
      if (source?.readyState !== EventSource.CLOSED) return
      // A refusal ends the stream for good: find out whether the session is over, and open a new one.
      clearTimeout(reopen)
      reopen = setTimeout(() => {
        tell({ kind: 'refused' })
        open()
      }, REOPEN_MS)
    }
    for (const type of KINDS)
      source.addEventListener(type, ({ data }: MessageEvent<string>) => tell({ kind: 'event', type, data }))
  }
  open()
  return () => {
    clearTimeout(reopen)
    source?.close()
  }
}

/**
 * One stream for all tabs of a person's browser: whoever holds the lock reads it and tells the others, until
 * that tab ends and the next one takes over. Calls `tell` for everything; returns how to leave.
 */
export const shareStream = (userId: string, tell: (told: Told) => void): (() => void) => {
  const name = `parquay-events-${userId}`
  const leaving = new AbortController()
  const channel = new BroadcastChannel(name)
  const post = (message: Message) => channel.postMessage(message)
  let close: (() => void) | null = null
  let heard = false
  let state: Told | null = null

  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.kind !== 'hello') {
      heard = true
      tell(data)
    } else if (state) post(state)
  }
  post({ kind: 'hello' })
  holdLock(name, leaving.signal, () => {
    close = openSource((told) => {
      if (told.kind === 'state') state = told
      tell(told)
      post(told)
    }, heard)
  })
  return () => {
    close?.()
    leaving.abort()
    channel.close()
  }
}
