import { describe, expect, test } from 'vitest'
import { uploadRow } from '../testUpload'
import type { PickedFile, UploadCommand, UploadPhase } from '../types'
import { type BacklogEntry, newEntry, storedOf } from './backlogEntry'
import {
  type Backlog,
  type BacklogEffect,
  type BacklogEvent,
  backlogStep,
  emptyBacklog,
  INSIDE_MAX,
} from './backlogMachine'

const FULL = INSIDE_MAX
const picked = (name: string): PickedFile => ({ file: new File(['x'], name), relativePath: null })
const entryIn = (phase: UploadPhase, fields: Partial<BacklogEntry> = {}): BacklogEntry => {
  const entry = newEntry('a', 0, picked('a.csv'))
  return { ...entry, row: { ...entry.row, phase }, ...fields }
}
const backlogOf = (...entries: BacklogEntry[]): Backlog => ({
  entries: new Map(entries.map((entry) => [entry.row.id, entry])),
  lastNumber: 0,
})
const play = (state: Backlog, ...events: BacklogEvent[]) => {
  let now = state
  const effects: BacklogEffect[] = []
  for (const event of events) {
    const [next, more] = backlogStep(now, event)
    now = next
    effects.push(...more)
  }
  return { state: now, effects, types: effects.map(({ type }) => type), a: now.entries.get('a') }
}
const command = (given: UploadCommand, inside = FULL): BacklogEvent => ({
  type: 'command',
  command: given,
  inside,
})

const PHASES = ['queued', 'paused', 'failed', 'interrupted', 'needs-file', 'cancelling'] as const
type Phase = (typeof PHASES)[number]
type Row = [phase: UploadPhase, ...effects: string[]]
const every = (row: Row): Record<Phase, Row> =>
  Object.fromEntries(PHASES.map((phase) => [phase, row])) as Record<Phase, Row>
const UNTOUCHED = Object.fromEntries(PHASES.map((phase) => [phase, [phase]])) as unknown as Record<Phase, Row>

/** From every phase, what each command leads to while Uppy has no room. */
const TABLE: [UploadCommand, Record<Phase, Row>][] = [
  [{ type: 'pause', id: 'a' }, every(['paused', 'publish'])],
  [{ type: 'resume', id: 'a' }, every(['queued', 'publish'])],
  [{ type: 'retry', id: 'a' }, every(['queued', 'publish'])],
  [{ type: 'cancel', id: 'a' }, every(['cancelling', 'publish', 'armUndo'])],
  [{ type: 'undoCancel', id: 'a' }, every(['queued', 'publish'])],
  [{ type: 'retryNow', id: 'a' }, UNTOUCHED],
  [{ type: 'pauseAll' }, { ...UNTOUCHED, queued: ['paused', 'publish'] }],
  [{ type: 'resumeAll' }, { ...UNTOUCHED, paused: ['queued', 'publish'] }],
  [{ type: 'recoverAll' }, { ...UNTOUCHED, interrupted: ['queued', 'publish'] }],
  [{ type: 'clearFailed' }, { ...UNTOUCHED, failed: ['cancelling', 'publish', 'armUndo'] }],
  [{ type: 'discard', ids: ['a', 'b'] }, every(['cancelling', 'publish', 'armUndo'])],
  [{ type: 'undoDiscard', ids: ['a', 'b'] }, every(['queued', 'publish'])],
  [{ type: 'clearFinished' }, UNTOUCHED],
  [{ type: 'wake' }, UNTOUCHED],
  [{ type: 'markUploaded', ids: ['a'] }, UNTOUCHED],
  [{ type: 'forget', fileId: 'x' }, UNTOUCHED],
  [{ type: 'add', files: [] }, UNTOUCHED],
]
const cases = TABLE.flatMap(([given, rows]) =>
  Object.entries(rows).map(([from, [to, ...effects]]) => ({
    type: given.type,
    from: from as Phase,
    to,
    given,
    effects,
  })),
)

test.each(cases)('$type: $from becomes $to', ({ from, to, given, effects }) => {
  const { a, types } = play(backlogOf(entryIn(from)), command(given))
  expect(a?.row.phase).toBe(to)
  expect(types).toEqual(effects)
})

test.each(PHASES)('one that is %s is sent next although there is no room', (phase) => {
  const { a, effects } = play(backlogOf(entryIn(phase)), command({ type: 'prioritize', id: 'a' }))
  expect(a).toBeUndefined()
  expect(effects).toMatchObject([
    { type: 'publish', gone: ['a'] },
    { type: 'admit', prioritized: true, picked: [{ waited: 'a' }] },
  ])
})

test('one without its bytes waits for them, and is not sent', () => {
  const ghost = backlogOf(entryIn('needs-file', { file: null }))
  expect(play(ghost, command({ type: 'resume', id: 'a' }, 0)).a?.row.phase).toBe('needs-file')
  expect(play(ghost, command({ type: 'prioritize', id: 'a' }, 0)).types).toEqual([])
})

test('a command for one that is not here is none', () => {
  expect(play(emptyBacklog, command({ type: 'pause', id: 'a' })).types).toEqual([])
})

describe('room', () => {
  const three = play(emptyBacklog, {
    type: 'chosen',
    picked: ['a', 'b', 'c'].map(picked),
    inside: FULL,
    at: 5,
  })

  test('that is not there makes them wait, stored and in their order', () => {
    expect(three.types).toEqual(['publish', 'store'])
    expect([...three.state.entries.keys()]).toEqual([
      'waiting-5-0000001',
      'waiting-5-0000002',
      'waiting-5-0000003',
    ])
  })
  test('lets in as many as it is for', () => {
    const { effects, state } = play(three.state, { type: 'capacityLeft', inside: FULL - 2 })
    expect(effects[1]).toMatchObject({
      type: 'admit',
      prioritized: false,
      picked: [{ file: { name: 'a' } }, { file: { name: 'b' } }],
    })
    expect(state.entries.size).toBe(1)
  })
  test('of which there is none left lets nobody in', () => {
    expect(play(three.state, { type: 'capacityLeft', inside: FULL + 1 }).types).toEqual([])
  })
  test('is for those that wait, not for newcomers', () => {
    const { types } = play(three.state, { type: 'chosen', picked: [picked('d')], inside: 0, at: 6 })
    expect(types).toEqual(['publish', 'store'])
  })
  test('lets newcomers through who find nobody waiting', () => {
    const { types, state } = play(emptyBacklog, {
      type: 'chosen',
      picked: [picked('d')],
      inside: 0,
      at: 6,
    })
    expect(types).toEqual(['admit'])
    expect(state.entries.size).toBe(0)
  })
  test('is used by one that is resumed', () => {
    const paused = backlogOf(entryIn('paused'))
    const { types } = play(paused, command({ type: 'resume', id: 'a' }, 0))
    expect(types).toEqual(['publish', 'publish', 'admit'])
  })
})

describe('the time to undo', () => {
  const cancelled = play(backlogOf(entryIn('queued')), command({ type: 'cancel', id: 'a' }))
  const elapsed = (rows = [cancelled.a?.row ?? uploadRow()]): BacklogEvent => ({ type: 'undoElapsed', rows })

  test('over, it is forgotten', () => {
    const { state, types } = play(cancelled.state, elapsed())
    expect(state.entries.size).toBe(0)
    expect(types).toEqual(['forget', 'publish'])
  })
  test('over, nothing happens to one that was kept, nor to one that was cancelled once more', () => {
    const kept = play(cancelled.state, command({ type: 'undoCancel', id: 'a' }))
    expect(play(kept.state, elapsed()).types).toEqual([])
    const again = play(kept.state, command({ type: 'cancel', id: 'a' }))
    expect(play(again.state, elapsed()).types).toEqual([])
  })
  test.each(['interrupted', 'needs-file', 'failed'] as const)(
    'used, one that was %s is so again',
    (phase) => {
      const { a } = play(
        backlogOf(entryIn(phase)),
        command({ type: 'cancel', id: 'a' }),
        command({ type: 'undoCancel', id: 'a' }, 0),
      )
      expect(a?.row.phase).toBe(phase)
    },
  )
})

describe('what an earlier visit left', () => {
  const stored = ['a', 'b'].map((id) => storedOf(newEntry(id, 0, picked(`${id}.csv`))))
  const withFiles: BacklogEvent = { type: 'restored', stored, inUppy: new Set(['b']) }
  const namesOnly: BacklogEvent = {
    type: 'restored',
    stored: stored.map((each) => ({ ...each, file: null })),
    inUppy: new Set(),
  }

  test('is here again, less what Uppy has', () => {
    const { state, a } = play(emptyBacklog, withFiles)
    expect([...state.entries.keys()]).toEqual(['a'])
    expect(a?.row.phase).toBe('interrupted')
  })
  test('goes on as itself when the same files are chosen again, no more of them than there is room for', () => {
    const chosen: BacklogEvent = {
      type: 'chosen',
      picked: ['a.csv', 'b.csv', 'new.csv'].map(picked),
      inside: FULL - 1,
      at: 9,
    }
    const { effects, state } = play(emptyBacklog, namesOnly, chosen)
    expect(effects.map(({ type }) => type)).toEqual([
      'store',
      'publish',
      'publish',
      'admit',
      'publish',
      'store',
    ])
    expect(effects[3]).toMatchObject({ picked: [{ waited: 'a' }] })
    expect([...state.entries.values()].map(({ row }) => `${row.name} ${row.phase}`)).toEqual([
      'b.csv queued',
      'new.csv queued',
    ])
  })
  test('has a file looked at that is chosen for it, and takes it or says why not', () => {
    const file = new File(['x'], 'a.csv')
    const asked = play(emptyBacklog, namesOnly, command({ type: 'reselect', id: 'a', file }))
    expect(asked.effects).toMatchObject([{ type: 'checkFile', file, row: { id: 'a' } }])
    const checked = { type: 'fileChecked', id: 'a', file, inside: FULL } as const
    expect(play(asked.state, { ...checked, refusal: 'Another file.' }).types).toEqual(['sayRefused'])
    expect(play(asked.state, { ...checked, refusal: null }).a?.row.phase).toBe('queued')
    expect(play(emptyBacklog, { ...checked, refusal: null }).types).toEqual([])
  })
})

test('one that failed with Uppy waits here under a new id, in the phase that it had', () => {
  const row = uploadRow({ id: 'in-uppy', phase: 'failed' })
  const { state, effects } = play(emptyBacklog, {
    type: 'offloaded',
    row,
    picked: picked('a.csv'),
    at: 7,
  })
  expect(effects).toEqual([{ type: 'publish', changed: [{ ...row, id: 'waiting-7-0000001' }], gone: [] }])
  expect(state.lastNumber).toBe(1)
})
