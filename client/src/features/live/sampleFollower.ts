import type { Sample } from '../../api/liveSignals'
import { merged, missedSince, type Point, pointOf } from './samples'

/** The longest window of a plot, in milliseconds: older samples are in the table alone. */
const KEEP_MS = 15 * 60_000
/** Samples that are asked for at once: the longest window in one answer. */
export const PAGE_SIZE = 1000
/** Milliseconds before what is missing is asked for again. */
const AGAIN_MS = 2000

export type Stream = { points: Point[]; state: 'connecting' | 'live' | 'reconnecting' }

type Page = Parameters<typeof missedSince>[3]

/**
 * Puts what a stream brings together with what the server has stored: whenever the stream opens, what came since the
 * last known sample is asked for, so that a lost connection leaves no gap.
 */
export class SampleFollower {
  readonly #ask: Page
  readonly #change: (next: (before: Stream) => Stream) => void
  /** Raised by each end of the stream: answers to questions of an earlier one come too late. */
  #session = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Up to here nothing is missing (milliseconds). Samples move it only where those before them are there. */
  #complete = Number.NEGATIVE_INFINITY
  #latest = Number.NEGATIVE_INFINITY
  #caughtUp = false

  constructor(ask: Page, change: (next: (before: Stream) => Stream) => void) {
    this.#ask = ask
    this.#change = change
  }

  readonly onOpen = (): void => void this.#catchUp(this.#session)

  readonly onSample = (sample: Sample): void => {
    const point = pointOf(sample)
    this.#latest = Math.max(this.#latest, point.at)
    this.#change(({ points }) => ({ points: merged(points, [point], KEEP_MS), state: 'live' }))
  }

  readonly onBroken = (): void => {
    this.stop()
    this.#change(({ points }) => ({ points, state: 'reconnecting' }))
  }

  stop(): void {
    this.#session += 1
    clearTimeout(this.#timer)
    if (this.#caughtUp) this.#complete = this.#latest
    this.#caughtUp = false
  }

  async #catchUp(mine: number): Promise<void> {
    try {
      const missed = await missedSince(this.#complete, KEEP_MS, PAGE_SIZE, this.#ask)
      if (mine !== this.#session) return
      this.#caughtUp = true
      this.#latest = Math.max(this.#latest, missed.at(-1)?.at ?? this.#latest)
      this.#change(({ points }) => ({ points: merged(missed, points, KEEP_MS), state: 'live' }))
    } catch {
      if (mine === this.#session) this.#timer = setTimeout(() => void this.#catchUp(mine), AGAIN_MS)
    }
  }
}
