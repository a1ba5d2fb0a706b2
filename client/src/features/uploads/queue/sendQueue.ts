/** So many files are sent at once. */
export const PARALLEL_UPLOADS = 3

/** `isMoving`: started and not paused. `start` hands a file to the uploader and settles when that is done with it. */
type Seams = {
  isHere: (id: string) => boolean
  isPaused: (id: string) => boolean
  start: (id: string) => Promise<void>
  onSettled: (id: string) => void
}

export type SendQueue = ReturnType<typeof createQueue>

/** Which file is sent when: a few at a time, in the order of adding, unless somebody moves one to the front. */
export const createQueue = ({ isHere, isPaused, start, onSettled }: Seams) => {
  const waiting = new Set<string>()
  const running = new Set<string>()

  const startNow = (id: string): void => {
    waiting.delete(id)
    running.add(id)
    void start(id).finally(() => {
      running.delete(id)
      onSettled(id)
      pump()
    })
  }
  const pump = (): void => {
    let free = PARALLEL_UPLOADS
    for (const id of running) if (isHere(id) && !isPaused(id)) free -= 1
    for (const id of waiting) {
      if (free <= 0) return
      if (!isHere(id)) waiting.delete(id)
      else {
        startNow(id)
        free -= 1
      }
    }
  }
  return {
    pump,
    startNow,
    isRunning: (id: string): boolean => running.has(id),
    runningIds: (): ReadonlySet<string> => running,
    push: (id: string): void => void waiting.add(id),
    putFirst: (id: string): void => {
      const rest = [...waiting].filter((other) => other !== id)
      waiting.clear()
      for (const each of [id, ...rest]) waiting.add(each)
    },
    take: (id: string): void => void waiting.delete(id),
    forget: (id: string): void => {
      waiting.delete(id)
      running.delete(id)
    },
  }
}
