/** Under which this origin's limit is remembered: a proxy in front of the server may take only so much at once. */
const KEY = 'parquay-piece-bytes'

/** Largest first, just below the limits that proxies come with: 100 MB, 64, 32, 16, 8, 4, 2 and 1 MB; bytes. */
const STEPS = [
  95_000_000, 60_000_000, 30_000_000, 15_000_000, 7_500_000, 3_800_000, 1_900_000, 1_000_000, 500_000,
  250_000, 100_000, 50_000,
]

/** Pure: how much to send at once after `refused` bytes were too many; null when it cannot be less. */
export const smallerChunk = (refused: number): number | null => STEPS.find((step) => step < refused) ?? null

/** Bytes for one request; Infinity while no limit is known. */
export const keptChunkSize = (): number => {
  const kept = Number(localStorage.getItem(KEY))
  return STEPS.includes(kept) ? kept : Number.POSITIVE_INFINITY
}

export const keepChunkSize = (bytes: number): void => {
  try {
    localStorage.setItem(KEY, String(bytes))
  } catch {
    // Storage that is full or blocked: the limit is found once more next time.
  }
}
