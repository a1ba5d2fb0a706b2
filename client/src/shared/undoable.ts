import { toastUndo, UNDO_MS } from './toast'

/** Something that the page shows as done, and the server is asked for when the time for Undo is over. */
export type Undoable = {
  /** What was done, for the message with the way back. */
  said: string
  undo: () => void
  /** Asks the server, and says what came of it. */
  carryOut: () => Promise<void>
  /** The same when the page goes: with requests that outlive it. */
  onLeave: () => void
}
type Waiting = Undoable & { drop: () => void }

const waiting = new Set<Waiting>()

// Leaving the page is not a wish to undo. It may come back as it was: nothing is asked for twice then.
window.addEventListener('pagehide', () => {
  for (const each of [...waiting]) {
    each.drop()
    each.onLeave()
  }
})

/** Shows the message; carries out what it is about when it can no longer be undone. */
export const undoable = (deed: Undoable): void => {
  const take = () => {
    clearTimeout(timer)
    waiting.delete(each)
  }
  const close = toastUndo(deed.said, () => {
    take()
    deed.undo()
  })
  const each: Waiting = {
    ...deed,
    drop: () => {
      take()
      close()
    },
  }
  const timer = setTimeout(() => void finish(each), UNDO_MS)
  waiting.add(each)
}

const finish = (each: Waiting): Promise<void> => {
  each.drop()
  return each.carryOut()
}

/** Carries out what is waiting, for somebody who is about to sign out. */
export const finishUndoables = async (): Promise<void> => {
  await Promise.all([...waiting].map(finish))
}

/** Lets everything be that is waiting: whoever wanted it is not here any more. */
export const forgetUndoables = (): void => {
  for (const each of [...waiting]) each.drop()
}
