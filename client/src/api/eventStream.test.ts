import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type StreamMessage, shareStream } from './eventStream'

/** A stream whose server is the test. */
class FakeSource extends EventTarget {
  static readonly CLOSED = 2
  static opened: FakeSource[] = []
  readyState = 1
  onopen: (() => void) | null = null
  onerror: (() => void) | null = null
  constructor() {
    super()
    FakeSource.opened.push(this)
  }
  close() {
    this.readyState = FakeSource.CLOSED
  }
  send(type: string, data: string) {
    this.dispatchEvent(new MessageEvent(type, { data }))
  }
}

/** One lock at a time, as the browser grants it over all tabs. */
const fakeLocks = () => {
  let last: Promise<unknown> = Promise.resolve()
  return {
    request: (_: string, { signal }: { signal: AbortSignal }, hold: () => Promise<void>) => {
      const turn = last.then(() => (signal.aborted ? undefined : hold()))
      last = turn
      return turn
    },
  }
}

beforeEach(() => {
  FakeSource.opened = []
  vi.stubGlobal('EventSource', FakeSource)
  vi.stubGlobal('navigator', { locks: fakeLocks() })
})
afterEach(() => {
  for (const leave of leaving.splice(0)) leave()
  vi.unstubAllGlobals()
})

const leaving: (() => void)[] = []
const tab = () => {
  const message: StreamMessage[] = []
  const leave = shareStream('ann', (each) => message.push(each))
  leaving.push(leave)
  return { message, leave }
}
const sources = () => FakeSource.opened

test('one tab reads the stream, every tab hears it', async () => {
  const [first, second] = [tab(), tab()]
  await vi.waitFor(() => expect(sources()).toHaveLength(1))
  sources()[0]?.onopen?.()
  sources()[0]?.send('file.created', '{"id":"1"}')
  const heard: StreamMessage[] = [
    { kind: 'state', state: 'live' },
    { kind: 'event', type: 'file.created', data: '{"id":"1"}' },
  ]
  expect(first.message).toEqual(heard)
  await vi.waitFor(() => expect(second.message).toEqual(heard))
  expect(sources()).toHaveLength(1)
})

test('a tab that comes later is message the state', async () => {
  tab()
  await vi.waitFor(() => expect(sources()).toHaveLength(1))
  sources()[0]?.onopen?.()
  const late = tab()
  await vi.waitFor(() => expect(late.message).toEqual([{ kind: 'state', state: 'live' }]))
})

test('when the reading tab ends another one takes over, and asks for what it missed', async () => {
  const [first, second] = [tab(), tab()]
  await vi.waitFor(() => expect(sources()).toHaveLength(1))
  sources()[0]?.onopen?.()
  await vi.waitFor(() => expect(second.message).toHaveLength(1))
  first.leave()
  await vi.waitFor(() => expect(sources()).toHaveLength(2))
  sources()[1]?.onopen?.()
  expect(second.message.slice(1)).toEqual([{ kind: 'state', state: 'live' }, { kind: 'gap' }])
})

test('a stream that comes back tells that something may be missing; the first one does not', async () => {
  const { message } = tab()
  await vi.waitFor(() => expect(sources()).toHaveLength(1))
  sources()[0]?.onopen?.()
  sources()[0]?.onerror?.()
  sources()[0]?.onopen?.()
  expect(message.map((each) => (each.kind === 'state' ? each.state : each.kind))).toEqual([
    'live',
    'reconnecting',
    'live',
    'gap',
  ])
})

test('a refused stream is message, and opened again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { message } = tab()
  await vi.waitFor(() => expect(sources()).toHaveLength(1))
  sources()[0]?.close()
  sources()[0]?.onerror?.()
  await vi.advanceTimersByTimeAsync(2000)
  expect(message.at(-1)).toEqual({ kind: 'refused' })
  expect(sources()).toHaveLength(2)
  vi.useRealTimers()
})
