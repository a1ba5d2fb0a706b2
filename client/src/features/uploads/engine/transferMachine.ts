import type { Problem } from '../../../api/problem'
import type { OnServer } from '../serverUploads'
import { nextSpeed, type Speed, startSpeed } from '../speed'
import type { OfType } from '../types'

/**
 * The life of a file that Uppy holds, as a state machine: `step` takes the state and an event, and gives the next
 * state and the effects to carry out (`transfers.ts`). Nothing here waits, and nothing here knows Uppy.
 *
 *     restored ──enqueue──▶ queued ──turn──▶ sending ──ended──▶ (sent: let go) or stopped ──retry──▶ sending
 *                             ▲│               ▲│
 *                       resume│▼pause    resume│▼pause
 *                             held             paused
 *
 * `cancelling` stands beside the stage: the file rests (held or paused) until its time to be undone is over. Then the
 * server is asked how much it has, since an upload whose last byte has arrived is a file and nobody's to cancel.
 */
export type Stage = 'restored' | 'queued' | 'held' | 'sending' | 'paused' | 'stopped'

/** What is known of a file beside what Uppy keeps. */
export type Transfer = {
  stage: Stage
  /** The browser can open the file again without its being chosen. */
  remembered: boolean
  cancelling: boolean
  /** Why the last try ended; cleared by the next one. */
  problem: Problem | null
  retry: { at: number; attempt: number; status: number } | null
  speed: Speed | null
}

/** `queue`: the ids of all that are `queued`, in the order of sending. `suspended`: paused until the user is back. */
export type Transfers = {
  readonly transfers: ReadonlyMap<string, Transfer>
  readonly queue: readonly string[]
  readonly suspended: readonly string[]
}

/** Times are epoch milliseconds, `bytes` and `offset` bytes. */
export type TransferEvent =
  | { type: 'added'; ids: string[] }
  /** Whoever looks has seen that they wait: the next ones may start. */
  | { type: 'queueShown' }
  /** An earlier visit left them; the browser can open the `remembered` ones again. */
  | { type: 'restored' | 'remembered'; ids: string[] }
  /** A file that is here already was chosen once more; `message` says so in Uppy's words. */
  | { type: 'addedAgain'; id: string; name: string; message: string }
  | { type: 'enqueue' | 'prioritize' | 'pause' | 'resume' | 'retry' | 'retryNow'; id: string }
  | { type: 'cancel' | 'undoCancel' | 'undoElapsed' | 'remove' | 'markUploaded'; id: string }
  | { type: 'pauseMany' | 'suspend'; ids: string[] }
  | { type: 'wake' }
  /** `url`: where on the server, null when the server has never heard of it. */
  | { type: 'cancelAnswered'; id: string; name: string; url: string | null; there: OnServer }
  | { type: 'progressed'; id: string; bytes: number; now: number }
  | { type: 'offsetKnown'; id: string; offset: number; now: number }
  | { type: 'retryScheduled'; id: string; at: number; attempt: number; status: number }
  | { type: 'failed'; id: string; problem: Problem }
  /** The uploader is done with it; `complete`: the server has every byte. */
  | { type: 'ended'; id: string; complete: boolean }

export type Effect =
  /** `reconnect` aborts and starts again, which asks the server for its offset at once. */
  | { type: 'start' | 'pause' | 'unpause' | 'reconnect'; id: string }
  /** `showAsSent` keeps its last row; `release` lets Uppy forget it, and deletes nothing on the server. */
  | { type: 'showAsSent' | 'completeInUppy' | 'release' | 'forgetHandle' | 'forgetAddress'; id: string }
  | { type: 'armUndo' | 'disarmUndo' | 'askServer'; id: string }
  | { type: 'deleteOnServer'; url: string }
  /** Too many failed ones are with Uppy: this one may wait outside. */
  | { type: 'offload'; id: string }
  /** New ones are to be seen waiting before one of them starts. */
  | { type: 'showQueue' }
  | { type: 'refill' }
  /** `message`: Uppy's reason; null: it is here already. */
  | { type: 'sayNotAdded'; name: string; message: string | null }
  | { type: 'sayComplete'; name: string }

type Step = readonly [Transfers, readonly Effect[]]
type On = {
  [T in TransferEvent['type']]: (state: Transfers, event: OfType<TransferEvent, T>) => Step
}

/** So many files are sent at once. */
export const PARALLEL_UPLOADS = 3
/** So many failed ones Uppy holds: its work grows with what it has. */
export const FAILED_INSIDE_MAX = 20

export const noTransfers: Transfers = { transfers: new Map(), queue: [], suspended: [] }
export const newTransfer = (stage: Stage): Transfer => ({
  stage,
  remembered: false,
  cancelling: false,
  problem: null,
  retry: null,
  speed: null,
})

const runs = (transfer: Transfer | undefined): boolean =>
  transfer?.stage === 'sending' || transfer?.stage === 'paused'

const same = (state: Transfers): Step => [state, []]
const then = ([state, effects]: Step, next: (state: Transfers) => Step): Step => {
  const [after, more] = next(state)
  return [after, [...effects, ...more]]
}
const each = (state: Transfers, ids: readonly string[], act: (state: Transfers, id: string) => Step): Step =>
  ids.reduce<Step>((step, id) => then(step, (now) => act(now, id)), same(state))

const put = (state: Transfers, id: string, transfer: Transfer): Transfers => ({
  ...state,
  transfers: new Map(state.transfers).set(id, transfer),
})
const change = (state: Transfers, id: string, fields: Partial<Transfer>): Transfers => {
  const before = state.transfers.get(id)
  return before ? put(state, id, { ...before, ...fields }) : state
}
const unqueue = (state: Transfers, id: string): Transfers =>
  state.queue.includes(id) ? { ...state, queue: state.queue.filter((other) => other !== id) } : state
/** Only the machine's own knowledge: what Uppy has is let go by `release`. */
const drop = (state: Transfers, id: string): Transfers => {
  const transfers = new Map(state.transfers)
  transfers.delete(id)
  return { ...unqueue(state, id), transfers }
}

const start = (state: Transfers, id: string): Step => {
  if (!state.transfers.has(id) || runs(state.transfers.get(id))) return same(state)
  const sending = change(unqueue(state, id), id, { stage: 'sending', problem: null, retry: null })
  return [sending, [{ type: 'start', id }]]
}
/** Starts as many as there is room for. A paused one makes room, so resuming it may be one more for a while. */
const pump = (state: Transfers): Step => {
  const sending = [...state.transfers.values()].filter(({ stage }) => stage === 'sending').length
  return each(state, state.queue.slice(0, Math.max(0, PARALLEL_UPLOADS - sending)), start)
}

const enqueue = (state: Transfers, id: string, toFront: boolean): Step => {
  if (!state.transfers.has(id) || runs(state.transfers.get(id))) return same(state)
  const others = state.queue.filter((other) => other !== id)
  const inPlace = state.queue.includes(id) ? state.queue : [...others, id]
  const queued = change(state, id, { stage: 'queued' })
  return pump({ ...queued, queue: toFront ? [id, ...others] : inPlace })
}

const pauseOne = (state: Transfers, id: string): Step => {
  const transfer = state.transfers.get(id)
  if (!transfer) return same(state)
  const quiet = change(state, id, { retry: null, speed: null })
  if (transfer.stage === 'sending') return [change(quiet, id, { stage: 'paused' }), [{ type: 'pause', id }]]
  const wasToBeSent = transfer.stage === 'queued' || (transfer.stage === 'stopped' && !transfer.problem)
  return same(wasToBeSent ? change(unqueue(quiet, id), id, { stage: 'held' }) : quiet)
}
/** Those that wait are held first, and nobody starts before all rest: else each pause would start the next one. */
const pauseMany = (state: Transfers, ids: readonly string[]): Step => {
  const isRunning = (id: string) => runs(state.transfers.get(id))
  const order = [...ids.filter((id) => !isRunning(id)), ...ids.filter(isRunning)]
  return then(each(state, order, pauseOne), pump)
}
const resume = (state: Transfers, id: string): Step => {
  if (state.transfers.get(id)?.stage !== 'paused') return enqueue(state, id, true)
  return [change(state, id, { stage: 'sending' }), [{ type: 'unpause', id }]]
}

const remove = (state: Transfers, id: string): Step => {
  if (!state.transfers.has(id)) return same(state)
  const gone: Effect[] = [
    { type: 'disarmUndo', id },
    { type: 'release', id },
  ]
  return then([drop(state, id), gone], pump)
}
/** The server has every byte of it: it is shown as sent, and let go. */
const markUploaded = (state: Transfers, id: string): Step => {
  if (!state.transfers.has(id)) return same(state)
  const sent: Effect[] = [
    { type: 'completeInUppy', id },
    { type: 'showAsSent', id },
    { type: 'forgetAddress', id },
  ]
  return then([state, sent], (now) => remove(now, id))
}

const undoCancel = (state: Transfers, id: string): Step => {
  const transfer = state.transfers.get(id)
  if (!transfer) return same(state)
  const kept = change(state, id, { cancelling: false })
  const disarmed: Step = [kept, [{ type: 'disarmUndo', id }]]
  const stays = transfer.problem !== null || transfer.stage === 'restored'
  return stays ? disarmed : then(disarmed, (now) => resume(now, id))
}

const isFailed = ({ problem, cancelling }: Transfer): boolean => problem !== null && !cancelling
const stop = (state: Transfers, id: string): Step => {
  const stopped = change(state, id, { stage: 'stopped' })
  const failed = [...stopped.transfers.values()].filter(isFailed).length
  return [stopped, failed > FAILED_INSIDE_MAX ? [{ type: 'offload', id }] : []]
}
const ended = (state: Transfers, id: string, complete: boolean): Step => {
  const transfer = state.transfers.get(id)
  // The end of an earlier try of a file that was taken away and chosen again meanwhile.
  if (!transfer || !runs(transfer)) return same(state)
  if (!complete || transfer.problem) return stop(state, id)
  return [
    drop(state, id),
    [
      { type: 'disarmUndo', id },
      { type: 'showAsSent', id },
      { type: 'forgetHandle', id },
      { type: 'release', id },
    ],
  ]
}

/** What can be done to one upload by somebody who looks at it. */
const ASKED: Pick<
  On,
  'enqueue' | 'prioritize' | 'pause' | 'resume' | 'retry' | 'retryNow' | 'cancel' | 'undoCancel' | 'remove'
> = {
  enqueue: (state, { id }) => enqueue(state, id, false),
  prioritize: (state, { id }) => enqueue(state, id, true),
  pause: (state, { id }) => pauseMany(state, [id]),
  resume: (state, { id }) => resume(state, id),
  // Somebody asked for this one: it does not wait for its turn.
  retry: (state, { id }) => start(state, id),
  retryNow: (state, { id }) => {
    const transfer = state.transfers.get(id)
    if (transfer?.stage !== 'sending' || !transfer.retry) return same(state)
    return [change(state, id, { retry: null }), [{ type: 'reconnect', id }]]
  },
  cancel: (state, { id }) => {
    if (state.transfers.get(id)?.cancelling !== false) return same(state)
    const paused = pauseMany(change(state, id, { cancelling: true }), [id])
    return then(paused, (now) => [now, [{ type: 'armUndo', id }]])
  },
  undoCancel: (state, { id }) => undoCancel(state, id),
  remove: (state, { id }) => remove(state, id),
}

const ON: On = {
  ...ASKED,
  added: (state, { ids }) => {
    const known = ids.reduce((now, id) => put(now, id, newTransfer('queued')), state)
    const queue = [...known.queue.filter((id) => !ids.includes(id)), ...ids]
    return [{ ...known, queue }, [{ type: 'showQueue' }]]
  },
  queueShown: pump,
  restored: (state, { ids }) =>
    same(ids.reduce((now, id) => put(unqueue(now, id), id, newTransfer('restored')), state)),
  remembered: (state, { ids }) => same(ids.reduce((now, id) => change(now, id, { remembered: true }), state)),
  addedAgain: (state, { id, name, message }) => {
    const transfer = state.transfers.get(id)
    if (transfer?.problem) return start(state, id)
    if (transfer?.cancelling) return undoCancel(state, id)
    return [state, [{ type: 'sayNotAdded', name, message: transfer ? null : message }]]
  },
  pauseMany: (state, { ids }) => pauseMany(state, ids),
  suspend: (state, { ids }) => pauseMany({ ...state, suspended: ids }, ids),
  wake: (state) => each({ ...state, suspended: [] }, state.suspended, resume),
  markUploaded: (state, { id }) => markUploaded(state, id),
  undoElapsed: (state, { id }) => [
    state,
    state.transfers.get(id)?.cancelling ? [{ type: 'askServer', id }] : [],
  ],
  cancelAnswered: (state, { id, name, url, there }) => {
    if (!state.transfers.get(id)?.cancelling) return same(state)
    if (there !== 'complete')
      return then(remove(state, id), (now) => [now, url === null ? [] : [{ type: 'deleteOnServer', url }]])
    return then(markUploaded(state, id), (now) => [now, [{ type: 'sayComplete', name }]])
  },
  progressed: (state, { id, bytes, now }) => {
    const before = state.transfers.get(id)?.speed
    const speed = before ? nextSpeed(before, bytes, now) : startSpeed(bytes, now)
    return same(change(state, id, { retry: null, speed }))
  },
  offsetKnown: (state, { id, offset, now }) =>
    same(change(state, id, { retry: null, speed: startSpeed(offset, now) })),
  retryScheduled: (state, { id, at, attempt, status }) =>
    same(change(state, id, { retry: { at, attempt, status } })),
  failed: (state, { id, problem }) => same(change(state, id, { problem, retry: null })),
  // What left room for others, or was too much for Uppy, is settled before the next one starts.
  ended: (state, { id, complete }) =>
    then(
      then(ended(state, id, complete), (now) => [now, [{ type: 'refill' }]]),
      pump,
    ),
}

/** Pure: the next state, and what has to be done about it, in this order. */
export const step = (state: Transfers, event: TransferEvent): Step =>
  (ON[event.type] as (state: Transfers, event: TransferEvent) => Step)(state, event)
