import { describe, expect, test } from 'vitest'
import {
  type Effect,
  FAILED_INSIDE_MAX,
  newTransfer,
  noTransfers,
  PARALLEL_UPLOADS,
  type Stage,
  step,
  type Transfer,
  type TransferEvent,
  type Transfers,
} from './transferMachine'

const problem = { status: 507, code: 'x', detail: 'No.', retryAfter: null, current: null }
const retry = { at: 5000, attempt: 1, status: 503 }
const BUSY = Array.from({ length: PARALLEL_UPLOADS }, (_, n) => `busy-${n}`)

const stateOf = (transfers: Record<string, Transfer>): Transfers => ({
  transfers: new Map(Object.entries(transfers)),
  queue: Object.keys(transfers).filter((id) => transfers[id]?.stage === 'queued'),
  suspended: [],
})
/** The file `a` beside as many others as are sent at once, so that nothing starts by itself. */
const busyWith = (a: Transfer): Transfers =>
  stateOf({ ...Object.fromEntries(BUSY.map((id) => [id, newTransfer('sending')])), a })

const play = (state: Transfers, ...events: TransferEvent[]) => {
  let now = state
  const effects: Effect[] = []
  for (const event of events) {
    const [next, more] = step(now, event)
    now = next
    effects.push(...more)
  }
  const words = effects.map((effect) => ('id' in effect ? `${effect.type} ${effect.id}` : effect.type))
  return { state: now, effects, words, a: now.transfers.get('a') }
}
const stages = ({ transfers }: Transfers) =>
  Object.fromEntries([...transfers].map(([id, { stage }]) => [id, stage]))

type Row = [stage: Stage | 'gone', ...effects: string[]]
type Table = Record<TransferEvent['type'], { event: TransferEvent; rows: Record<Stage, Row> }>

const REMOVED: Row = ['gone', 'disarmUndo', 'release']
const SENT: Row = ['gone', 'completeInUppy', 'showAsSent', 'forgetAddress', 'disarmUndo', 'release']
const UNTOUCHED: Record<Stage, Row> = {
  restored: ['restored'],
  queued: ['queued'],
  held: ['held'],
  sending: ['sending'],
  paused: ['paused'],
  stopped: ['stopped'],
}
const all = (row: Row): Record<Stage, Row> => ({
  restored: row,
  queued: row,
  held: row,
  sending: row,
  paused: row,
  stopped: row,
})
const QUEUES: Record<Stage, Row> = {
  restored: ['queued'],
  queued: ['queued'],
  held: ['queued'],
  sending: ['sending'],
  paused: ['paused'],
  stopped: ['queued'],
}
const RESTS: Record<Stage, Row> = {
  restored: ['restored'],
  queued: ['held'],
  held: ['held'],
  sending: ['paused', 'pause'],
  paused: ['paused'],
  stopped: ['held'],
}
const armed = (rows: Record<Stage, Row>): Record<Stage, Row> =>
  Object.fromEntries(Object.entries(rows).map(([stage, row]) => [stage, [...row, 'armUndo']])) as never

/** From every stage, what each event leads to while three others are being sent. */
const TABLE: Table = {
  enqueue: { event: { type: 'enqueue', id: 'a' }, rows: QUEUES },
  prioritize: { event: { type: 'prioritize', id: 'a' }, rows: QUEUES },
  pause: { event: { type: 'pause', id: 'a' }, rows: RESTS },
  pauseMany: { event: { type: 'pauseMany', ids: ['a'] }, rows: RESTS },
  suspend: { event: { type: 'suspend', ids: ['a'] }, rows: RESTS },
  cancel: { event: { type: 'cancel', id: 'a' }, rows: armed(RESTS) },
  resume: {
    event: { type: 'resume', id: 'a' },
    rows: { ...QUEUES, paused: ['sending', 'unpause'] },
  },
  retry: {
    event: { type: 'retry', id: 'a' },
    rows: { ...all(['sending', 'start']), sending: ['sending'], paused: ['paused'] },
  },
  retryNow: { event: { type: 'retryNow', id: 'a' }, rows: UNTOUCHED },
  undoCancel: {
    event: { type: 'undoCancel', id: 'a' },
    rows: {
      restored: ['restored', 'disarmUndo'],
      queued: ['queued', 'disarmUndo'],
      held: ['queued', 'disarmUndo'],
      sending: ['sending', 'disarmUndo'],
      paused: ['sending', 'disarmUndo', 'unpause'],
      stopped: ['queued', 'disarmUndo'],
    },
  },
  undoElapsed: { event: { type: 'undoElapsed', id: 'a' }, rows: UNTOUCHED },
  cancelAnswered: {
    event: { type: 'cancelAnswered', id: 'a', name: 'a.csv', url: '/files/A', there: 'part' },
    rows: UNTOUCHED,
  },
  remove: { event: { type: 'remove', id: 'a' }, rows: all(REMOVED) },
  markUploaded: { event: { type: 'markUploaded', id: 'a' }, rows: all(SENT) },
  added: { event: { type: 'added', ids: ['a'] }, rows: all(['queued', 'showQueue']) },
  restored: { event: { type: 'restored', ids: ['a'] }, rows: all(['restored']) },
  remembered: { event: { type: 'remembered', ids: ['a'] }, rows: UNTOUCHED },
  addedAgain: {
    event: { type: 'addedAgain', id: 'a', name: 'a.csv', message: 'Twice' },
    rows: Object.fromEntries(Object.keys(UNTOUCHED).map((stage) => [stage, [stage, 'sayNotAdded']])) as never,
  },
  queueShown: { event: { type: 'queueShown' }, rows: UNTOUCHED },
  wake: { event: { type: 'wake' }, rows: UNTOUCHED },
  progressed: { event: { type: 'progressed', id: 'a', bytes: 5, now: 1000 }, rows: UNTOUCHED },
  offsetKnown: { event: { type: 'offsetKnown', id: 'a', offset: 5, now: 1000 }, rows: UNTOUCHED },
  retryScheduled: { event: { type: 'retryScheduled', id: 'a', ...retry }, rows: UNTOUCHED },
  failed: { event: { type: 'failed', id: 'a', problem }, rows: UNTOUCHED },
  ended: {
    event: { type: 'ended', id: 'a', complete: true },
    rows: {
      restored: ['restored', 'refill'],
      queued: ['queued', 'refill'],
      held: ['held', 'refill'],
      sending: ['gone', 'disarmUndo', 'showAsSent', 'forgetHandle', 'release', 'refill'],
      paused: ['gone', 'disarmUndo', 'showAsSent', 'forgetHandle', 'release', 'refill'],
      stopped: ['stopped', 'refill'],
    },
  },
}

const cases = Object.entries(TABLE).flatMap(([type, { event, rows }]) =>
  Object.entries(rows).map(([from, [to, ...effects]]) => ({
    type,
    from: from as Stage,
    to,
    event,
    effects,
  })),
)

test.each(cases)('$type: $from becomes $to', ({ from, to, event, effects }) => {
  const { state, effects: done, a } = play(busyWith(newTransfer(from)), event)
  expect(a?.stage ?? 'gone').toBe(to)
  expect(done.map(({ type }) => type)).toEqual(effects)
  expect(BUSY.map((id) => state.transfers.get(id)?.stage)).toEqual(BUSY.map(() => 'sending'))
})

test.each(Object.keys(TABLE).filter((type) => type !== 'added' && type !== 'restored'))(
  '%s of a file that is gone does nothing to others',
  (type) => {
    const event = TABLE[type as TransferEvent['type']]?.event as TransferEvent
    const { state, words } = play(stateOf({ b: newTransfer('sending') }), event)
    expect(stages(state)).toEqual({ b: 'sending' })
    expect(words.filter((word) => word !== 'refill' && word !== 'sayNotAdded')).toEqual([])
  },
)

describe('the queue', () => {
  const five = ['a', 'b', 'c', 'd', 'e']
  const queued = () => stateOf(Object.fromEntries(five.map((id) => [id, newTransfer('queued')])))

  test('only a few are sent at once, in the order of adding', () => {
    const first = play(queued(), { type: 'queueShown' })
    expect(first.words).toEqual(['start a', 'start b', 'start c'])
    const next = play(first.state, { type: 'ended', id: 'b', complete: true })
    expect(next.words).toEqual([
      'disarmUndo b',
      'showAsSent b',
      'forgetHandle b',
      'release b',
      'refill',
      'start d',
    ])
  })
  test('new ones are seen waiting before one of them starts', () => {
    expect(play(noTransfers, { type: 'added', ids: five }).words).toEqual(['showQueue'])
  })
  test('a paused upload makes room for the next one', () => {
    const { words } = play(queued(), { type: 'queueShown' }, { type: 'pause', id: 'a' })
    expect(words.slice(3)).toEqual(['pause a', 'start d'])
  })
  test('a resumed one goes on although others have its turn', () => {
    const { state } = play(
      queued(),
      { type: 'queueShown' },
      { type: 'pause', id: 'a' },
      { type: 'resume', id: 'a' },
    )
    expect(Object.values(stages(state)).filter((stage) => stage === 'sending')).toHaveLength(4)
  })
  test('one can be put first, and one can be held', () => {
    const full = { ...queued(), ...busyWith(newTransfer('queued')) }
    const mixed: Transfers = {
      ...full,
      transfers: new Map([...full.transfers, ...queued().transfers]),
      queue: five,
    }
    const { state } = play(mixed, { type: 'prioritize', id: 'e' }, { type: 'pause', id: 'a' })
    expect(state.queue).toEqual(['e', 'b', 'c', 'd'])
  })
  test('one that was put first already, and one that waits, keep their place when asked again', () => {
    const { state } = play(
      { ...busyWith(newTransfer('queued')), queue: ['a', 'z'] },
      { type: 'enqueue', id: 'a' },
    )
    expect(state.queue).toEqual(['a', 'z'])
  })
  test('a file that is gone is not started', () => {
    const { words } = play(queued(), { type: 'remove', id: 'a' })
    expect(words).toEqual(['disarmUndo a', 'release a', 'start b', 'start c', 'start d'])
  })
  test('all are paused without one of them starting in between', () => {
    const { words, state } = play(queued(), { type: 'queueShown' }, { type: 'pauseMany', ids: five })
    expect(words.slice(3)).toEqual(['pause a', 'pause b', 'pause c'])
    expect(Object.values(stages(state)).toSorted()).toEqual(['held', 'held', 'paused', 'paused', 'paused'])
  })
  test('what was suspended goes on when its user is back, and nothing else', () => {
    const before = stateOf({ a: newTransfer('sending'), b: newTransfer('queued'), c: newTransfer('held') })
    const { state } = play(before, { type: 'suspend', ids: ['a', 'b'] }, { type: 'wake' })
    expect(stages(state)).toEqual({ a: 'sending', b: 'sending', c: 'held' })
    expect(state.suspended).toEqual([])
  })
})

describe('a failed upload', () => {
  const failed = { ...newTransfer('stopped'), problem }

  test('stays where it is while others are paused, cancelled or not cancelled after all', () => {
    const { a } = play(
      busyWith(failed),
      { type: 'pauseMany', ids: ['a'] },
      { type: 'cancel', id: 'a' },
      { type: 'undoCancel', id: 'a' },
    )
    expect(a).toEqual(failed)
  })
  test('starts at once when it is tried again, or chosen again, and forgets why it failed', () => {
    const again: TransferEvent = { type: 'addedAgain', id: 'a', name: 'a.csv', message: 'Twice' }
    for (const event of [again, { type: 'retry', id: 'a' } as const]) {
      const { a, words } = play(busyWith(failed), event)
      expect(words).toEqual(['start a'])
      expect(a).toMatchObject({ stage: 'sending', problem: null })
    }
  })
  test('ends a try, and its reason is kept', () => {
    const { a, words } = play(
      busyWith({ ...newTransfer('sending'), retry }),
      { type: 'failed', id: 'a', problem },
      { type: 'ended', id: 'a', complete: false },
    )
    expect(a).toMatchObject({ stage: 'stopped', problem, retry: null })
    expect(words).toEqual(['refill'])
  })
  test('waits outside when there are very many', () => {
    const others = Array.from({ length: FAILED_INSIDE_MAX }, (_, n) => [`failed-${n}`, failed] as const)
    const before = stateOf({ ...Object.fromEntries(others), a: { ...newTransfer('sending'), problem } })
    const end: TransferEvent = { type: 'ended', id: 'a', complete: false }
    expect(play(before, end).words).toEqual(['offload a', 'refill'])
    expect(play(before, { type: 'remove', id: 'failed-0' }, end).words).not.toContain('offload a')
  })
})

describe('cancelling', () => {
  const cancelled = (stage: Stage) => play(busyWith(newTransfer(stage)), { type: 'cancel', id: 'a' }).state

  test('is not begun twice', () => {
    expect(play(cancelled('sending'), { type: 'cancel', id: 'a' }).words).toEqual([])
  })
  test.each<[Stage, string, string[]]>([
    ['sending', 'sending', ['disarmUndo a', 'unpause a']],
    ['queued', 'queued', ['disarmUndo a']],
    ['restored', 'restored', ['disarmUndo a']],
  ])('of one that is %s can be undone, also by choosing it again', (from, to, effects) => {
    const again: TransferEvent = { type: 'addedAgain', id: 'a', name: 'a.csv', message: 'Twice' }
    for (const event of [{ type: 'undoCancel', id: 'a' } as const, again]) {
      const { a, words } = play(cancelled(from), event)
      expect(a).toMatchObject({ stage: to, cancelling: false })
      expect(words).toEqual(effects)
    }
  })
  test('asks the server first when its time is over', () => {
    expect(play(cancelled('sending'), { type: 'undoElapsed', id: 'a' }).words).toEqual(['askServer a'])
  })
  test.each(['part', 'gone', 'unknown'] as const)('deletes what the server has (%s)', (there) => {
    const { a, words, effects } = play(cancelled('sending'), {
      type: 'cancelAnswered',
      id: 'a',
      name: 'a.csv',
      url: '/files/A',
      there,
    })
    expect(a).toBeUndefined()
    expect(words).toEqual(['disarmUndo a', 'release a', 'deleteOnServer'])
    expect(effects.at(-1)).toEqual({ type: 'deleteOnServer', url: '/files/A' })
  })
  test('deletes nothing where the server has never heard of it', () => {
    const answer: TransferEvent = {
      type: 'cancelAnswered',
      id: 'a',
      name: 'a.csv',
      url: null,
      there: 'unknown',
    }
    expect(play(cancelled('queued'), answer).words).toEqual(['disarmUndo a', 'release a'])
  })
  test('keeps a file whose last byte had arrived, and says so', () => {
    const answer: TransferEvent = {
      type: 'cancelAnswered',
      id: 'a',
      name: 'a.csv',
      url: '/files/A',
      there: 'complete',
    }
    expect(play(cancelled('sending'), answer).words).toEqual([
      'completeInUppy a',
      'showAsSent a',
      'forgetAddress a',
      'disarmUndo a',
      'release a',
      'sayComplete',
    ])
  })
})

describe('a try that waits', () => {
  const waits = { ...newTransfer('sending'), retry }

  test('knows when it goes on', () => {
    const event: TransferEvent = { type: 'retryScheduled', id: 'a', ...retry }
    expect(play(busyWith(newTransfer('sending')), event).a?.retry).toEqual(retry)
  })
  test('goes on at once when somebody wants it', () => {
    const { a, words } = play(busyWith(waits), { type: 'retryNow', id: 'a' })
    expect(words).toEqual(['reconnect a'])
    expect(a?.retry).toBeNull()
  })
  test.each<TransferEvent>([
    { type: 'progressed', id: 'a', bytes: 5, now: 1000 },
    { type: 'offsetKnown', id: 'a', offset: 5, now: 1000 },
    { type: 'pause', id: 'a' },
  ])('waits no more after $type', (event) => {
    expect(play(busyWith(waits), event).a?.retry).toBeNull()
  })
})

test('the speed begins anew at the offset that the server knows', () => {
  const { a } = play(
    busyWith(newTransfer('sending')),
    { type: 'progressed', id: 'a', bytes: 100, now: 1000 },
    { type: 'offsetKnown', id: 'a', offset: 40, now: 2000 },
  )
  const fresh = play(busyWith(newTransfer('sending')), {
    type: 'offsetKnown',
    id: 'a',
    offset: 40,
    now: 2000,
  })
  expect(a?.speed).toEqual(fresh.a?.speed)
})

test('which files can be opened again is known beside what an earlier visit left', () => {
  const { state } = play(
    noTransfers,
    { type: 'restored', ids: ['a', 'b'] },
    { type: 'remembered', ids: ['b'] },
  )
  expect([...state.transfers.values()].map(({ remembered }) => remembered)).toEqual([false, true])
})

test('whatever happens in whatever order, the queue holds those that are queued, each once', () => {
  const events = Object.values(TABLE).map(({ event }) => event)
  let seed = 7
  const next = (below: number) => {
    seed = (seed * 48271) % 2147483647
    return seed % below
  }
  let state = noTransfers
  for (let round = 0; round < 5000; round += 1) {
    const event = events[next(events.length)] as TransferEvent
    const id = `file-${next(8)}`
    const aimed = 'ids' in event ? { ...event, ids: [id] } : 'id' in event ? { ...event, id } : event
    state = play(state, aimed).state
    const queued = [...state.transfers].filter(([, { stage }]) => stage === 'queued').map(([each]) => each)
    expect(state.queue.toSorted()).toEqual(queued.toSorted())
  }
})
