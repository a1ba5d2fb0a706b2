import type { OfType, PickedFile, UploadCommand, UploadPhase, UploadRow } from '../types'
import { type BacklogEntry, keyOfEntry, keyOfPicked, leftEntry, newEntry, pickedOf } from './backlogEntry'
import type { StoredEntry } from './backlogStore'

/** So many files Uppy holds at once; its work for each new file grows with the files that it has. */
export const INSIDE_MAX = 100
const LEFT_OVER = new Set<UploadPhase>(['interrupted', 'needs-file'])
/** Where one that is not cancelled after all goes back to, since nobody wanted it sent. */
const STAYS = new Set<UploadPhase>([...LEFT_OVER, 'failed'])

/** The files outside of Uppy, in their order. `lastNumber`: how many ids were given so far. */
export type Backlog = { readonly entries: ReadonlyMap<string, BacklogEntry>; readonly lastNumber: number }

/** `inside`: how many with Uppy still want to be sent. Times are epoch milliseconds. */
export type BacklogEvent =
  /** Chosen files of which only as many go in as there is room for. */
  | { type: 'chosen'; picked: PickedFile[]; inside: number; at: number }
  | { type: 'capacityLeft'; inside: number }
  /** The server did not want it, and it had better not stay with Uppy. */
  | { type: 'offloaded'; row: UploadRow; picked: PickedFile; at: number }
  /** What an earlier visit stored, less those that had gone in already. */
  | { type: 'restored'; stored: StoredEntry[]; inUppy: ReadonlySet<string> }
  | { type: 'command'; command: UploadCommand; inside: number }
  /** `rows`: as they were when they were cancelled. */
  | { type: 'undoElapsed'; rows: UploadRow[] }
  /** `refusal`: why that file is another one, as a sentence. */
  | { type: 'fileChecked'; id: string; file: File; refusal: string | null; inside: number }

export type BacklogEffect =
  | { type: 'publish'; changed: UploadRow[]; gone: string[] }
  /** In to Uppy; `prioritized`: to be sent before all others. */
  | { type: 'admit'; picked: PickedFile[]; prioritized: boolean }
  | { type: 'store'; entries: BacklogEntry[] }
  | { type: 'forget'; ids: string[] }
  | { type: 'armUndo'; rows: UploadRow[] }
  | { type: 'checkFile'; row: UploadRow; file: File }
  | { type: 'sayRefused'; refusal: string }

export type BacklogStep = readonly [Backlog, readonly BacklogEffect[]]
type On = {
  [T in BacklogEvent['type']]: (state: Backlog, event: OfType<BacklogEvent, T>) => BacklogStep
}

export const emptyBacklog: Backlog = { entries: new Map(), lastNumber: 0 }

const same = (state: Backlog): BacklogStep => [state, []]
const then = ([state, effects]: BacklogStep, next: (state: Backlog) => BacklogStep): BacklogStep => {
  const [after, more] = next(state)
  return [after, [...effects, ...more]]
}
/** Sorted by time and number, so that the store gives them back in their order. */
const idOf = (at: number, number: number): string => `waiting-${at}-${String(number).padStart(7, '0')}`

const withEntries = (state: Backlog, entries: BacklogEntry[]): Backlog => {
  const all = new Map(state.entries)
  for (const entry of entries) all.set(entry.row.id, entry)
  return { ...state, entries: all }
}
const without = (state: Backlog, ids: readonly string[]): Backlog => {
  const entries = new Map(state.entries)
  for (const id of ids) entries.delete(id)
  return { ...state, entries }
}
const entriesOf = ({ entries }: Backlog, ids: readonly string[]): BacklogEntry[] =>
  ids.flatMap((id) => entries.get(id) ?? [])
const idsWith = ({ entries }: Backlog, wanted: (phase: UploadPhase) => boolean): string[] =>
  [...entries].filter(([, { row }]) => wanted(row.phase)).map(([id]) => id)
const idsIn = (state: Backlog, phase: UploadPhase): string[] => idsWith(state, (each) => each === phase)

const turn = (
  state: Backlog,
  ids: readonly string[],
  phaseFor: (entry: BacklogEntry) => UploadPhase,
): BacklogStep => {
  const changed = entriesOf(state, ids).map((entry) => ({
    ...entry,
    before: entry.row.phase,
    row: { ...entry.row, phase: phaseFor(entry) },
  }))
  if (changed.length === 0) return same(state)
  return [
    withEntries(state, changed),
    [{ type: 'publish', changed: changed.map(({ row }) => row), gone: [] }],
  ]
}
/** In to Uppy; what is stored of them stays until they are through. */
const admit = (state: Backlog, ids: readonly string[], prioritized: boolean): BacklogStep => {
  const picked = entriesOf(state, ids).flatMap(pickedOf)
  const gone = picked.flatMap(({ waited }) => waited ?? [])
  if (gone.length === 0) return same(state)
  return [
    without(state, gone),
    [
      { type: 'publish', changed: [], gone },
      { type: 'admit', picked, prioritized },
    ],
  ]
}
const refill = (state: Backlog, inside: number): BacklogStep =>
  admit(state, idsIn(state, 'queued').slice(0, Math.max(0, INSIDE_MAX - inside)), false)
const queueAgain = (state: Backlog, ids: readonly string[], inside: number): BacklogStep =>
  then(
    turn(state, ids, ({ file }) => (file ? 'queued' : 'needs-file')),
    (now) => refill(now, inside),
  )

const cancel = (state: Backlog, ids: readonly string[]): BacklogStep => {
  const step = turn(state, ids, () => 'cancelling')
  const armed = (now: Backlog): BacklogStep => [
    now,
    [{ type: 'armUndo', rows: entriesOf(now, ids).map(({ row }) => row) }],
  ]
  return ids.length === 0 ? step : then(step, armed)
}
/** Back to where they were; only those that waited their turn wait for it again. */
const undoCancel = (state: Backlog, ids: readonly string[], inside: number): BacklogStep => {
  const stay = ids.filter((id) => STAYS.has(state.entries.get(id)?.before ?? 'queued'))
  const rest = ids.filter((id) => !stay.includes(id))
  return then(
    turn(state, stay, ({ before }) => before ?? 'queued'),
    (now) => queueAgain(now, rest, inside),
  )
}
const remove = (state: Backlog, ids: string[]): BacklogStep => [
  without(state, ids),
  [
    { type: 'forget', ids },
    { type: 'publish', changed: [], gone: ids },
  ],
]
const attachFiles = (state: Backlog, files: ReadonlyMap<string, File>, inside: number): BacklogStep => {
  const ids = [...files.keys()]
  const given = entriesOf(state, ids).map((entry) => ({ ...entry, file: files.get(entry.row.id) ?? null }))
  if (given.length === 0) return same(state)
  return then([withEntries(state, given), [{ type: 'store', entries: given }]], (now) =>
    queueAgain(now, ids, inside),
  )
}

/** Files chosen again go on as those that an earlier visit left; the others are returned. */
const matchLeftOver = (state: Backlog, picked: PickedFile[], inside: number): [BacklogStep, PickedFile[]] => {
  const ids = idsWith(state, (phase) => LEFT_OVER.has(phase))
  const left = new Map(entriesOf(state, ids).map((entry) => [keyOfEntry(entry), entry.row.id]))
  const idFor = (each: PickedFile) => left.get(keyOfPicked(each))
  const found = new Map(picked.map((each) => [idFor(each) ?? '', each.file]))
  found.delete('')
  return [attachFiles(state, found, inside), picked.filter((each) => idFor(each) === undefined)]
}
const admittedBy = ([, effects]: BacklogStep): number =>
  effects.reduce((sum, effect) => sum + (effect.type === 'admit' ? effect.picked.length : 0), 0)
/** Who waits already goes first: while anybody does, newcomers wait too. */
const queueRemaining = (state: Backlog, fresh: PickedFile[], inside: number, at: number): BacklogStep => {
  const free = idsIn(state, 'queued').length > 0 ? 0 : Math.max(0, INSIDE_MAX - inside)
  const fit = fresh.slice(0, free)
  const added = fresh
    .slice(free)
    .map((each, index) => newEntry(idOf(at, state.lastNumber + index + 1), at, each))
  const known = { ...withEntries(state, added), lastNumber: state.lastNumber + added.length }
  const effects: BacklogEffect[] = []
  if (added.length > 0) {
    effects.push({ type: 'publish', changed: added.map(({ row }) => row), gone: [] })
    effects.push({ type: 'store', entries: added })
  }
  if (fit.length > 0) effects.push({ type: 'admit', picked: fit, prioritized: false })
  return [known, effects]
}

type OneCommand = Extract<UploadCommand, { id: string }>
/** What can be asked of a single one that waits. */
const commandOne = (state: Backlog, command: OneCommand, inside: number): BacklogStep => {
  const ids = [command.id]
  if (command.type === 'pause') return turn(state, ids, () => 'paused')
  if (command.type === 'resume' || command.type === 'retry') return queueAgain(state, ids, inside)
  if (command.type === 'cancel') return cancel(state, ids)
  if (command.type === 'undoCancel') return undoCancel(state, ids, inside)
  if (command.type === 'prioritize') return admit(state, ids, true)
  if (command.type !== 'reselect') return same(state)
  const { file } = command
  return [state, entriesOf(state, ids).map(({ row }) => ({ type: 'checkFile', row, file }))]
}
const commandAll = (state: Backlog, command: UploadCommand, inside: number): BacklogStep => {
  const here = 'ids' in command ? command.ids.filter((id) => state.entries.has(id)) : []
  if (command.type === 'pauseAll') return turn(state, idsIn(state, 'queued'), () => 'paused')
  if (command.type === 'resumeAll') return queueAgain(state, idsIn(state, 'paused'), inside)
  if (command.type === 'recoverAll') return queueAgain(state, idsIn(state, 'interrupted'), inside)
  if (command.type === 'clearFailed') return cancel(state, idsIn(state, 'failed'))
  if (command.type === 'discard') return cancel(state, here)
  return command.type === 'undoDiscard' ? undoCancel(state, here, inside) : same(state)
}

const ON: On = {
  chosen: (state, { picked, inside, at }) => {
    const [step, fresh] = matchLeftOver(state, picked, inside)
    const insideThen = inside + admittedBy(step)
    return then(step, (now) => queueRemaining(now, fresh, insideThen, at))
  },
  capacityLeft: (state, { inside }) => refill(state, inside),
  offloaded: (state, { row, picked, at }) => {
    const number = state.lastNumber + 1
    const entry = newEntry(idOf(at, number), at, picked)
    const failed = { ...entry, row: { ...row, id: entry.row.id } }
    const known = { ...withEntries(state, [failed]), lastNumber: number }
    return [known, [{ type: 'publish', changed: [failed.row], gone: [] }]]
  },
  restored: (state, { stored, inUppy }) =>
    same(withEntries(state, stored.filter(({ id }) => !inUppy.has(id)).map(leftEntry))),
  command: (state, { command, inside }) => {
    if (!('id' in command)) return commandAll(state, command, inside)
    return state.entries.has(command.id) ? commandOne(state, command, inside) : same(state)
  },
  // Undone, and perhaps cancelled once more: that one's own time has not come.
  undoElapsed: (state, { rows }) => {
    const ids = rows.filter((row) => state.entries.get(row.id)?.row === row).map(({ id }) => id)
    return ids.length === 0 ? same(state) : remove(state, ids)
  },
  fileChecked: (state, { id, file, refusal, inside }) =>
    refusal === null
      ? attachFiles(state, new Map([[id, file]]), inside)
      : [state, [{ type: 'sayRefused', refusal }]],
}

/** Pure: the next state, and what has to be done about it, in this order. */
export const backlogStep = (state: Backlog, event: BacklogEvent): BacklogStep =>
  (ON[event.type] as (state: Backlog, event: BacklogEvent) => BacklogStep)(state, event)
