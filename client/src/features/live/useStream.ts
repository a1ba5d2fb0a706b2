import { useEffect, useState } from 'react'
import { liveSignals } from '../../api/liveSignals'
import { useAppDispatch } from '../../store/hooks'
import { streamSamples } from './liveSocket'
import { PAGE_SIZE, SampleFollower, type Stream } from './sampleFollower'

const NOTHING: Stream = { points: [], state: 'connecting' }

/** The samples of a signal as they come, and those of the last minutes. */
export const useStream = (signal: string): Stream => {
  const dispatch = useAppDispatch()
  const [stream, setStream] = useState<Stream>(NOTHING)
  useEffect(() => {
    const ask = (page: number) =>
      dispatch(
        liveSignals.endpoints.getSamples.initiate(
          { name: signal, page, size: PAGE_SIZE, sort: '-timestamp' },
          { subscribe: false, forceRefetch: true },
        ),
      ).unwrap()
    const follower = new SampleFollower(ask, setStream)
    const leave = streamSamples(signal, follower)
    setStream(NOTHING)
    return () => {
      follower.stop()
      leave()
    }
  }, [signal, dispatch])
  return stream
}
