import { text } from '../../../i18n/language'
import { refusalOf } from '../recovery/fileIdentity'
import type { PickedFile, UploadCommand, UploadPhase, UploadRow } from '../types'
import { type Guest, keptOf, keyOfGuest, keyOfPicked, leftGuest, newGuest, pickedOf } from './backlogEntry'
import type { WaitingStore } from './backlogStore'

/** So many files Uppy holds at once; its work for each new file grows with the files that it has. */
export const MOST_INSIDE = 100
const UNDO_MS = 8000
const LEFT = new Set<UploadPhase>(['interrupted', 'needs-file'])
/** Where one that is not cancelled after all goes back to, since nobody wanted it sent. */
const STAYS = new Set<UploadPhase>([...LEFT, 'failed'])

type Seams = {
  /** How many inside still want to be sent. */
  inside: () => number
  /** `next`: they are to be sent before all others. */
  letIn: (picked: PickedFile[], next: boolean) => void
  publish: (changed: UploadRow[], gone: string[]) => void
  say: (title: string, detail: string) => void
  store: WaitingStore
}

export type WaitingRoom = ReturnType<typeof createWaitingRoom>

/** Where thousands of files wait until there is room for them; they look like any other upload. */
export const createWaitingRoom = ({ inside, letIn, publish, say, store }: Seams) => {
  const guests = new Map<string, Guest>()
  let counter = 0

  /** Sorts by time and number, so that the store gives them back in their order. */
  const newId = (at: number): string => {
    counter += 1
    return `waiting-${at}-${String(counter).padStart(7, '0')}`
  }
  const idsWith = (wanted: (phase: UploadPhase) => boolean): string[] =>
    [...guests].filter(([, { row }]) => wanted(row.phase)).map(([id]) => id)
  const turn = (ids: string[], phaseFor: (guest: Guest) => UploadPhase): void => {
    const changed = ids.flatMap((id) => guests.get(id) ?? [])
    for (const guest of changed) {
      const phase = phaseFor(guest)
      guest.before = guest.row.phase
      guest.row = { ...guest.row, phase }
    }
    if (changed.length === 0) return
    publish(
      changed.map(({ row }) => row),
      [],
    )
  }
  /** Out of the room and in to Uppy; what is kept of them stays until they are through. */
  const enter = (ids: string[], next: boolean): void => {
    const picked = ids.flatMap((id) => guests.get(id) ?? []).flatMap(pickedOf)
    const gone = picked.flatMap(({ waited }) => waited ?? [])
    for (const id of gone) guests.delete(id)
    if (gone.length === 0) return
    publish([], gone)
    letIn(picked, next)
  }
  const refill = (): void => {
    const free = MOST_INSIDE - inside()
    if (free > 0) enter(idsWith((phase) => phase === 'queued').slice(0, free), false)
  }
  const remove = (ids: string[]): void => {
    for (const id of ids) guests.delete(id)
    void store.forget(ids)
    publish([], ids)
  }
  const cancel = (ids: string[]): void => {
    turn(ids, () => 'cancelling')
    const cancelled = new Map(ids.map((id) => [id, guests.get(id)?.row]))
    // Undone, and perhaps cancelled once more: that one's own time has not come.
    setTimeout(
      () => remove(ids.filter((id) => guests.has(id) && guests.get(id)?.row === cancelled.get(id))),
      UNDO_MS,
    )
  }
  const queueAgain = (ids: string[]): void => {
    turn(ids, ({ file }) => (file ? 'queued' : 'needs-file'))
    refill()
  }
  /** Back to where they were; only those that waited their turn wait for it again. */
  const undoCancel = (ids: string[]): void => {
    const left = ids.filter((id) => STAYS.has(guests.get(id)?.before ?? 'queued'))
    turn(left, ({ before }) => before ?? 'queued')
    queueAgain(ids.filter((id) => !left.includes(id)))
  }
  const giveFile = (id: string, file: File): void => {
    const guest = guests.get(id)
    if (!guest) return
    guest.file = file
    void store.keep([keptOf(guest)])
    queueAgain([id])
  }
  const reselect = async (id: string, file: File): Promise<void> => {
    const row = guests.get(id)?.row
    if (!row) return
    const refusal = await refusalOf({ name: row.name, size: row.size, headHash: null }, file)
    if (refusal === null) giveFile(id, file)
    else say(text().uploads.say.another, refusal)
  }
  /** Files chosen again go on as those that an earlier visit left; returns the others. */
  const takeBack = (picked: PickedFile[]): PickedFile[] => {
    const left = new Map(
      idsWith((phase) => LEFT.has(phase))
        .flatMap((id) => guests.get(id) ?? [])
        .map((guest) => [keyOfGuest(guest), guest.row.id]),
    )
    if (left.size === 0) return picked
    return picked.filter((each) => {
      const id = left.get(keyOfPicked(each))
      if (id !== undefined) giveFile(id, each.file)
      return id === undefined
    })
  }

  const one: Partial<Record<UploadCommand['type'], (id: string) => void>> = {
    pause: (id) => turn([id], () => 'paused'),
    resume: (id) => queueAgain([id]),
    undoCancel: (id) => undoCancel([id]),
    cancel: (id) => cancel([id]),
    first: (id) => enter([id], true),
    retry: (id) => queueAgain([id]),
  }
  const all: Partial<Record<UploadCommand['type'], () => void>> = {
    pauseAll: () =>
      turn(
        idsWith((phase) => phase === 'queued'),
        () => 'paused',
      ),
    resumeAll: () => queueAgain(idsWith((phase) => phase === 'paused')),
    clearFailed: () => cancel(idsWith((phase) => phase === 'failed')),
    recoverAll: () => queueAgain(idsWith((phase) => phase === 'interrupted')),
  }
  return {
    /** Takes in what does not fit, and returns what does. */
    admit: (chosen: PickedFile[]): PickedFile[] => {
      const picked = takeBack(chosen)
      const free = idsWith((phase) => phase === 'queued').length > 0 ? 0 : Math.max(0, MOST_INSIDE - inside())
      const at = Date.now()
      const added = picked.slice(free).map((each) => newGuest(newId(at), at, each))
      for (const guest of added) guests.set(guest.row.id, guest)
      if (added.length > 0)
        publish(
          added.map(({ row }) => row),
          [],
        )
      void store.keep(added.map(keptOf))
      return picked.slice(0, free)
    },
    /** Brings back whom an earlier visit left waiting, less those who had gone in already. */
    restore: async (inUppy: ReadonlySet<string>): Promise<Guest[]> => {
      const left = (await store.load()).filter(({ id }) => !inUppy.has(id)).map(leftGuest)
      for (const guest of left) guests.set(guest.row.id, guest)
      return left
    },
    /** Takes in what failed before the server had a byte of it; it can be tried again from here. */
    takeFailed: (row: UploadRow, picked: PickedFile): void => {
      const at = Date.now()
      const guest = newGuest(newId(at), at, picked)
      guest.row = { ...row, id: guest.row.id }
      guests.set(guest.row.id, guest)
      publish([guest.row], [])
    },
    /** Who went in is through, or was taken away there. */
    settled: (waited: string): void => void store.forget([waited]),
    refill,
    rows: (): UploadRow[] => [...guests.values()].map(({ row }) => row),
    /** Does what a command asks of those who wait; true when it was about one of them alone. */
    run: (command: UploadCommand): boolean => {
      all[command.type]?.()
      if (command.type === 'discard') cancel(command.ids.filter((id) => guests.has(id)))
      if (command.type === 'undoDiscard') undoCancel(command.ids.filter((id) => guests.has(id)))
      if (!('id' in command) || !guests.has(command.id)) return false
      if (command.type === 'reselect') void reselect(command.id, command.file)
      else one[command.type]?.(command.id)
      return true
    },
  }
}
