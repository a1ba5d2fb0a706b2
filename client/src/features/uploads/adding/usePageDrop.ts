import { useEffect, useState } from 'react'
import { useAppDispatch } from '../../../store/hooks'
import type { Target } from '../types'
import { offerFiles } from './offerFiles'
import { pickedFromDrop } from './pick'

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false

/** The table under the pointer: any element may say that it takes rows, by `data-append-to`. */
const tableAt = (event: DragEvent): Target | null => {
  const element =
    event.target instanceof Element ? event.target.closest<HTMLElement>('[data-append-to]') : null
  const { appendTo, appendName } = element?.dataset ?? {}
  return appendTo ? { id: appendTo, name: appendName ?? '' } : null
}

type Over = { table: Target | null }

/** Listens to drops and pastes on the whole page; says whether files are held over it, and over which table. */
export const usePageDrop = (): Over | null => {
  const dispatch = useAppDispatch()
  const [over, setOver] = useState<Over | null>(null)

  useEffect(() => {
    // Enter and leave fire for every element on the way; the depth tells when the page itself is left.
    let depth = 0
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return
      depth += 1
      const table = tableAt(event)
      setOver((before) => (before && before.table?.id === table?.id ? before : { table }))
    }
    const leave = (event: DragEvent) => {
      if (!hasFiles(event)) return
      depth = Math.max(0, depth - 1)
      if (depth === 0) setOver(null)
    }
    const allow = (event: DragEvent) => {
      if (hasFiles(event)) event.preventDefault()
    }
    const drop = async (event: DragEvent) => {
      depth = 0
      setOver(null)
      if (!event.dataTransfer || !hasFiles(event)) return
      event.preventDefault()
      const dataset = tableAt(event)
      const files = await pickedFromDrop(event.dataTransfer)
      dispatch(offerFiles(files.map((file) => (dataset ? { ...file, dataset } : file))))
    }
    const paste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])]
      dispatch(offerFiles(files.map((file) => ({ file, relativePath: null }))))
    }
    const listening = new AbortController()
    const { signal } = listening
    document.addEventListener('dragenter', enter, { signal })
    document.addEventListener('dragleave', leave, { signal })
    document.addEventListener('dragover', allow, { signal })
    document.addEventListener('drop', drop, { signal })
    document.addEventListener('paste', paste, { signal })
    return () => listening.abort()
  }, [dispatch])
  return over
}
