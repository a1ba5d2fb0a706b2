import type { PickedFile, UploadCommand, UploadRow } from './types'

/** So many files Uppy holds at once; its work for each new file grows with the files that it has. */
const MOST_INSIDE = 1000
const UNDO_MS = 8000

type Seams = {
  inside: () => number
  /** `next`: they are to be sent before all others. */
  letIn: (picked: PickedFile[], next: boolean) => void
  publish: (changed: UploadRow[], gone: string[]) => void
}
type Guest = { picked: PickedFile; row: UploadRow; timer?: ReturnType<typeof setTimeout> }

const rowOf = (id: string, { file, relativePath, dataset }: PickedFile): UploadRow => ({
  id,
  name: file.name,
  relativePath,
  appendsTo: dataset?.name ?? null,
  remembered: false,
  size: file.size,
  sent: 0,
  phase: 'queued',
  speed: null,
  eta: null,
  uploadUrl: null,
  fileId: null,
  problem: null,
  retryAt: null,
  attempt: 0,
})

export type WaitingRoom = ReturnType<typeof createWaitingRoom>

/** Where thousands of files wait until there is room for them; they look like any other queued upload. */
export const createWaitingRoom = ({ inside, letIn, publish }: Seams) => {
  const guests = new Map<string, Guest>()
  let counter = 0

  const leave = (id: string): PickedFile[] => {
    const guest = guests.get(id)
    clearTimeout(guest?.timer)
    guests.delete(id)
    return guest ? [guest.picked] : []
  }
  const refill = (): void => {
    const next: string[] = []
    let free = MOST_INSIDE - inside()
    for (const [id, { row }] of guests) {
      if (free <= 0) break
      if (row.phase !== 'queued') continue
      next.push(id)
      free -= 1
    }
    if (next.length === 0) return
    const picked = next.flatMap(leave)
    publish([], next)
    letIn(picked, false)
  }
  const turn = (ids: string[], phase: UploadRow['phase']): void => {
    const changed = ids.flatMap((id) => guests.get(id) ?? [])
    for (const guest of changed) guest.row = { ...guest.row, phase }
    publish(
      changed.map(({ row }) => row),
      [],
    )
  }
  const withPhase = (phase: UploadRow['phase']): string[] =>
    [...guests].filter(([, { row }]) => row.phase === phase).map(([id]) => id)

  const cancel = (id: string): void => {
    const guest = guests.get(id)
    if (!guest) return
    turn([id], 'cancelling')
    guest.timer = setTimeout(() => {
      leave(id)
      publish([], [id])
    }, UNDO_MS)
  }
  const queueAgain = (id: string): void => {
    clearTimeout(guests.get(id)?.timer)
    turn([id], 'queued')
    refill()
  }
  const one: Partial<Record<UploadCommand['type'], (id: string) => void>> = {
    pause: (id) => turn([id], 'paused'),
    resume: queueAgain,
    undoCancel: queueAgain,
    cancel,
    first: (id) => {
      const picked = leave(id)
      publish([], [id])
      letIn(picked, true)
    },
  }
  return {
    /** Takes in what does not fit, and returns what does. */
    admit: (picked: PickedFile[]): PickedFile[] => {
      const free = guests.size > 0 ? 0 : Math.max(0, MOST_INSIDE - inside())
      const added = picked.slice(free).map((each) => {
        counter += 1
        const id = `waiting-${counter}`
        const guest = { picked: each, row: rowOf(id, each) }
        guests.set(id, guest)
        return guest.row
      })
      if (added.length > 0) publish(added, [])
      return picked.slice(0, free)
    },
    refill,
    rows: (): UploadRow[] => [...guests.values()].map(({ row }) => row),
    /** Does what a command asks of those who wait; true when it was about one of them alone. */
    run: (command: UploadCommand): boolean => {
      if (command.type === 'pauseAll') turn(withPhase('queued'), 'paused')
      if (command.type === 'resumeAll') {
        turn(withPhase('paused'), 'queued')
        refill()
      }
      if (!('id' in command) || !guests.has(command.id)) return false
      one[command.type]?.(command.id)
      return true
    },
  }
}
