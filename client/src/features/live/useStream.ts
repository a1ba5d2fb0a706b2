import { useEffect, useState } from 'react'
import { liveSignals } from '../../api/liveSignals'
import { useAppDispatch } from '../../store/hooks'
import { streamSamples } from './liveSocket'
import { merged, missedSince, type Point, pointOf } from './samples'

/** The longest window of a plot, in milliseconds: older samples are in the table alone. */
const KEEP_MS = 15 * 60_000
/** Samples that are asked for at once: the longest window in one answer. */
const SIZE = 1000
/** Milliseconds before what is missing is asked for again. */
const AGAIN_MS = 2000

export type StreamState = 'connecting' | 'live' | 'reconnecting'
type Stream = { points: Point[]; state: StreamState }

const NOTHING: Stream = { points: [], state: 'connecting' }

/**
 * The samples of a signal as they come, and those of the last minutes. Whenever the stream opens, what came
 * since the last known sample is asked for, so that a lost connection leaves no gap.
 */
export const useStream = (signal: string): Stream => {
  const dispatch = useAppDispatch()
  const [stream, setStream] = useState<Stream>(NOTHING)
  useEffect(() => {
    let session = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    // Up to here nothing is missing. Samples move it only where those before them are there.
    let complete = Number.NEGATIVE_INFINITY
    let latest = complete
    let caughtUp = false
    const page = (number: number) =>
      dispatch(
        liveSignals.endpoints.getSamples.initiate(
          { name: signal, page: number, size: SIZE, sort: '-timestamp' },
          { subscribe: false, forceRefetch: true },
        ),
      ).unwrap()
    const catchUp = async (mine: number): Promise<void> => {
      try {
        const missed = await missedSince(complete, KEEP_MS, SIZE, page)
        if (mine !== session) return
        caughtUp = true
        latest = Math.max(latest, missed.at(-1)?.at ?? latest)
        setStream(({ points }) => ({ points: merged(missed, points, KEEP_MS), state: 'live' }))
      } catch {
        if (mine === session) timer = setTimeout(() => void catchUp(mine), AGAIN_MS)
      }
    }
    const ended = () => {
      session += 1
      clearTimeout(timer)
      if (caughtUp) complete = latest
      caughtUp = false
    }
    const leave = streamSamples(signal, {
      onOpen: () => void catchUp(session),
      onSample: (sample) => {
        const point = pointOf(sample)
        latest = Math.max(latest, point.at)
        setStream(({ points }) => ({ points: merged(points, [point], KEEP_MS), state: 'live' }))
      },
      onBroken: () => {
        ended()
        setStream(({ points }) => ({ points, state: 'reconnecting' }))
      },
    })
    setStream(NOTHING)
    return () => {
      ended()
      leave()
    }
  }, [signal, dispatch])
  return stream
}
