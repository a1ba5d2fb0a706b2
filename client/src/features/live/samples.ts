import type { Sample } from '../../api/liveSignals'

/** A sample as it is drawn: `at` in milliseconds since 1970. */
export type Point = { at: number; value: number }

export const pointOf = ({ timestamp, value }: Sample): Point => ({ at: Date.parse(timestamp), value })

/** Seconds between two samples from which on the line is broken: nothing was measured in between. */
const GAP_MS = 2500

/**
 * Pure: both together in the order of time, each moment once; `newer` is right where they differ. What is
 * more than `keepMs` behind the latest is let go.
 */
export const merged = (older: readonly Point[], newer: readonly Point[], keepMs: number): Point[] => {
  const last = older.at(-1)?.at ?? Number.NEGATIVE_INFINITY
  const behind = newer.every(({ at }, index) => at > (newer[index - 1]?.at ?? last))
  const all = behind
    ? [...older, ...newer]
    : [...new Map([...older, ...newer].map((point) => [point.at, point])).values()].sort(
        (a, b) => a.at - b.at,
      )
  const from = (all.at(-1)?.at ?? 0) - keepMs
  const first = all.findIndex(({ at }) => at > from)
  return first > 0 ? all.slice(first) : all
}

/** Pure: the points of the last `ms` before `end`. */
export const within = (points: readonly Point[], end: number, ms: number): Point[] =>
  points.filter(({ at }) => at > end - ms && at <= end)

/** Milliseconds between two pictures for somebody who wants little motion. */
export const CALM_MS = 5000

/**
 * Pure: the moment up to which is drawn; 0 without points. For somebody who wants little motion it goes on in
 * steps of `CALM_MS` and not with every sample.
 */
export const drawnUpTo = (points: readonly Point[], calm: boolean): number => {
  const newest = points.at(-1)?.at ?? 0
  return calm ? newest - (newest % CALM_MS) : newest
}

/** Pure: points with an empty one wherever nothing was measured, so that no line leads across. */
export const broken = (points: readonly Point[]): { x: number; y: number | null }[] =>
  points.flatMap(({ at, value }, index) => {
    const before = points[index - 1]
    const here = { x: at, y: value }
    return before && at - before.at > GAP_MS ? [{ x: at - 1, y: null }, here] : [here]
  })

/** Pure: round moments to write below a plot, at most seven of them or so. */
export const ticksBetween = (from: number, to: number): number[] => {
  const step = [10_000, 60_000, 180_000].find((each) => (to - from) / each <= 7) ?? 600_000
  const first = Math.ceil(from / step)
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, n) => (first + n) * step)
}

/** What is to be known of points without seeing them. */
export type Facts = { count: number; first: number; last: Point; min: number; max: number }

/** Pure: null where there is no point. */
export const factsOf = (points: readonly Point[]): Facts | null => {
  const last = points.at(-1)
  if (last === undefined || points[0] === undefined) return null
  const values = points.map(({ value }) => value)
  return {
    count: points.length,
    first: points[0].at,
    last,
    min: Math.min(...values),
    max: Math.max(...values),
  }
}

type Page = { samples: Sample[]; total: number }

/**
 * Everything after `since` (milliseconds), but no more than the last `keepMs`, asked for page by page from the
 * newest back: a sample that comes meanwhile moves the pages on, so that some come twice and none is missed.
 */
export const missedSince = async (
  since: number,
  keepMs: number,
  size: number,
  ask: (page: number) => Promise<Page>,
): Promise<Point[]> => {
  const found: Point[] = []
  for (let page = 1; ; page += 1) {
    const { samples, total } = await ask(page)
    found.push(...samples.map(pointOf))
    const [newest, oldest] = [found[0], found.at(-1)]
    const from = Math.max(since, (newest?.at ?? 0) - keepMs)
    if (oldest === undefined || oldest.at <= from || samples.length === 0 || page * size >= total)
      return found.filter(({ at }) => at > from).reverse()
  }
}
