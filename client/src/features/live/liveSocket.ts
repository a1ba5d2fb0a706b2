import type { Sample } from '../../api/liveSignals'
import { apiUrl } from '../../shared/base'

/** Milliseconds before the socket is opened again: longer each time, until it stood once. */
const FIRST_WAIT_MS = 500
const WAIT_MS_MAX = 10_000

type Handlers = {
  /** The stream runs, the first time or again: what came before it has to be asked for. */
  onOpen: () => void
  onSample: (sample: Sample) => void
  /** It broke, and will be opened again by itself. */
  onBroken: () => void
}

const address = (signal: string): string => {
  const url = new URL(apiUrl('/ws/live'), window.location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.searchParams.set('signals', signal)
  return url.href
}

/** Streams the samples of one signal until the returned function is called; opens again whatever breaks it. */
export const streamSamples = (signal: string, { onOpen, onSample, onBroken }: Handlers): (() => void) => {
  let socket: WebSocket | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let wait = FIRST_WAIT_MS
  let left = false
  const open = () => {
    timer = undefined
    socket = new WebSocket(address(signal))
    socket.onopen = () => {
      wait = FIRST_WAIT_MS
      onOpen()
    }
    socket.onmessage = ({ data }: MessageEvent<string>) => onSample(JSON.parse(data))
    socket.onclose = () => {
      if (left) return
      onBroken()
      timer = setTimeout(open, wait)
      wait = Math.min(WAIT_MS_MAX, wait * 2)
    }
  }
  const now = () => {
    if (timer === undefined) return
    clearTimeout(timer)
    open()
  }
  open()
  // The network is back: no need to wait out the rest.
  window.addEventListener('online', now)
  return () => {
    left = true
    clearTimeout(timer)
    window.removeEventListener('online', now)
    socket?.close()
  }
}
