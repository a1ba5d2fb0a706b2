import { useEffect, useRef, useState } from 'react'
import { detailOf, type Problem } from '../../../api/problem'
import { type ReadingOptions, useRereadFileMutation } from '../../../api/readingApi'
import { laterText } from '../../../i18n/later'
import { toastNote, toastProblem } from '../../../shared/toast'

type Props = { id: string; arriving: boolean; onDone: (options: ReadingOptions) => void }

/** Has a file read again: at once, or, where it is still arriving, as soon as it has arrived. */
export const useReread = ({ id, arriving, onDone }: Props) => {
  const [reread, { isLoading }] = useRereadFileMutation()
  const [wanted, setWanted] = useState<ReadingOptions | null>(null)
  const sent = useRef(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const send = async (options: ReadingOptions): Promise<void> => {
    setProblem(null)
    try {
      const version = await reread({ id, options }).unwrap()
      toastNote(laterText().reading.done(version))
      onDone(options)
    } catch (error) {
      setProblem(error as Problem)
      toastProblem(laterText().reading.notDone, detailOf(error))
    } finally {
      sent.current = false
      setWanted(null)
    }
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: a wish is carried out once, when the file is there
  useEffect(() => {
    if (wanted === null || arriving || sent.current) return
    sent.current = true
    void send(wanted)
  }, [wanted, arriving])
  return { isLoading, problem, isWaiting: wanted !== null && arriving, want: setWanted }
}
