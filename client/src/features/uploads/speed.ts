/** How fast bytes move, smoothed. `rate` is bytes a second, null while there is too little to go by. */
export type Speed = { bytes: number; at: number; rate: number | null; since: number }

const HALF_LIFE_MS = 2000
const MIN_STEP_MS = 250
const MIN_HISTORY_MS = 750

/** Starts measuring at `bytes`: what was there before (a resume) does not count as speed. */
export const startSpeed = (bytes: number, now: number): Speed => ({ bytes, at: now, rate: null, since: now })

/** Takes in a new count of bytes; samples that come too close together are put off to the next one. */
export const nextSpeed = (speed: Speed, bytes: number, now: number): Speed => {
  const step = now - speed.at
  if (step < MIN_STEP_MS) return speed
  const instant = (Math.max(0, bytes - speed.bytes) / step) * 1000
  const keep = 0.5 ** (step / HALF_LIFE_MS)
  const rate = speed.rate === null ? instant : speed.rate * keep + instant * (1 - keep)
  return { ...speed, bytes, at: now, rate }
}

/** Bytes a second, or null while the history is too short to say. */
export const rateOf = (speed: Speed): number | null =>
  speed.rate === null || speed.at - speed.since < MIN_HISTORY_MS ? null : speed.rate

/** Seconds until `left` bytes are through, or null when nobody can know. */
export const etaOf = (left: number, rate: number | null): number | null =>
  rate === null || rate < 1 ? null : left / rate
