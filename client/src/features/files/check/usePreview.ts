import { useEffect, useState } from 'react'
import type { Problem } from '../../../api/problem'
import { type Preview, type ReadingOptions, readingApi } from '../../../api/readingApi'
import { useAppDispatch } from '../../../store/hooks'
import type { AppDispatch } from '../../../store/state'
import { keptTypes } from './readingChoice'

/** After the last key, before the server is asked, in milliseconds. */
const TYPING_MS = 300
/** How often the beginning of a file that is arriving is looked at. */
const GROWING_MS = 2000
/** Beyond so many bytes of text more of them change nothing. */
const ENOUGH_BYTES = 64 * 1024

/** `options` are those that were asked with: without wishes for columns that there are none of. */
export type Previewed = { preview: Preview; options: ReadingOptions }
type Answer = { made: Previewed; problem: null } | { made: null; problem: Problem }

type Asking = { done: Promise<Answer | null>; stop: () => void }

/** Asks how a file would be read; `done` is null when it was stopped before. */
const askPreview = (dispatch: AppDispatch, id: string, options: ReadingOptions): Asking => {
  let stopped = false
  let running: { abort: () => void } | null = null
  const ask = async (wanted: ReadingOptions): Promise<Answer> => {
    const asked = dispatch(
      readingApi.endpoints.previewFile.initiate({ id, options: wanted }, { track: false }),
    )
    running = asked
    const { data, error } = await asked
    return data
      ? { made: { preview: data, options: wanted }, problem: null }
      : { made: null, problem: error as Problem }
  }
  const work = async (): Promise<Answer | null> => {
    const first = await ask(options)
    if (stopped || first.problem?.code !== 'unknown_column' || !options.types) return stopped ? null : first
    // Other delimiters make other columns: wishes for those that are gone are left out.
    const { types, ...others } = options
    const bare = await ask(others)
    if (stopped || bare.made === null) return stopped ? null : bare
    const kept = keptTypes(types, bare.made.preview.columns)
    const again = Object.keys(kept).length > 0 ? await ask({ ...others, types: kept }) : bare
    return stopped ? null : again
  }
  return {
    done: work(),
    stop: () => {
      stopped = true
      running?.abort()
    },
  }
}

const mayGrow = ({ made, problem }: Answer): boolean =>
  made
    ? !made.preview.looked_at.complete && made.preview.looked_at.bytes < ENOUGH_BYTES
    : problem.status === 409 || problem.status === 422

/**
 * How a file would be read, live: asked when the options have rested, and again while its bytes arrive. The answer
 * before is still there while another one is on its way; only the newest question is ever answered.
 */
export const usePreview = (id: string, options: ReadingOptions | null, arriving: boolean) => {
  const dispatch = useAppDispatch()
  const [answer, setAnswer] = useState<(Answer & { key: string }) | null>(null)
  const [latest, setLatest] = useState<Previewed | null>(null)
  const [round, setRound] = useState(0)
  const key = JSON.stringify(options)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for the options; another round asks once more
  useEffect(() => {
    if (options === null) return
    let asked: Asking | null = null
    const timer = setTimeout(async () => {
      asked = askPreview(dispatch, id, options)
      const done = await asked.done
      if (done === null) return
      setAnswer({ ...done, key })
      if (done.made) setLatest(done.made)
    }, TYPING_MS)
    return () => {
      clearTimeout(timer)
      asked?.stop()
    }
  }, [dispatch, id, key, round])
  const growing = arriving && answer !== null && mayGrow(answer)
  useEffect(() => {
    if (!growing) return
    const timer = setInterval(() => setRound((before) => before + 1), GROWING_MS)
    return () => clearInterval(timer)
  }, [growing])
  // What could not be shown while bytes were missing can be now.
  useEffect(() => {
    if (!arriving) setRound((before) => before + 1)
  }, [arriving])
  // Nothing may be done with an answer to what was said before the last key.
  return { latest, problem: answer?.problem ?? null, asking: answer?.key !== key }
}
