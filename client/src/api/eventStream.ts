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
export type StreamMessage =
  | { kind: 'event'; type: EventKind; data: string }
  | { kind: 'state'; state: 'live' | 'reconnecting' }
  | { kind: 'gap' }
  | { kind: 'refused' }
type ChannelMessage = StreamMessage | { kind: 'hello' }

/** Opens the stream itself, and again after a refusal. Returns how to close it. */
const openSource = (onMessage: (message: StreamMessage) => void, missed: boolean): (() => void) => {
  let source: EventSource | undefined
  let reopen: ReturnType<typeof setTimeout> | undefined
  let gap = missed
  const open = () => {
    source = new EventSource(apiUrl('/events'), { withCredentials: true })
    source.onopen = () => {
      onMessage({ kind: 'state', state: 'live' })
      if (gap) onMessage({ kind: 'gap' })
      gap = true
    }
    source.onerror = () => {
      onMessage({ kind: 'state', state: 'reconnecting' })
      if (source?.readyState !== EventSource.CLOSED) return
      // A refusal ends the stream for good: find out whether the session is over, and open a new one.
      clearTimeout(reopen)
      reopen = setTimeout(() => {
        onMessage({ kind: 'refused' })
        open()
      }, REOPEN_MS)
    }
    for (const type of KINDS)
      source.addEventListener(type, ({ data }: MessageEvent<string>) =>
        onMessage({ kind: 'event', type, data }),
      )
  }
  open()
  return () => {
    clearTimeout(reopen)
    source?.close()
  }
}

/**
 * One stream for all tabs of a person's browser: whoever holds the lock reads it and tells the others, until
 * that tab ends and the next one takes over. Calls `onMessage` for everything; returns how to leave.
 */
export const shareStream = (userId: string, onMessage: (message: StreamMessage) => void): (() => void) => {
  const name = `parquay-events-${userId}`
  const leaving = new AbortController()
  const channel = new BroadcastChannel(name)
  const post = (message: ChannelMessage) => channel.postMessage(message)
  let close: (() => void) | null = null
  let heard = false
  let state: StreamMessage | null = null

  channel.onmessage = ({ data }: MessageEvent<ChannelMessage>) => {
    if (data.kind !== 'hello') {
      heard = true
      onMessage(data)
    } else if (state) post(state)
  }
  post({ kind: 'hello' })
  holdLock(name, leaving.signal, () => {
    close = openSource((message) => {
      if (message.kind === 'state') state = message
      onMessage(message)
      post(message)
    }, heard)
  })
  return () => {
    close?.()
    leaving.abort()
    channel.close()
  }
}
