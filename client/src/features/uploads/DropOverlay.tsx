import { Upload } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useAppDispatch } from '../../app/hooks'
import { addFiles } from './commands'
import classes from './DropOverlay.module.css'
import { pickedFromDrop } from './pick'

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false

/** The whole page is a drop target; files on the clipboard can be pasted too. */
export const DropOverlay = () => {
  const dispatch = useAppDispatch()
  const [over, setOver] = useState(false)

  useEffect(() => {
    // Enter and leave fire for every element on the way; the depth tells when the page itself is left.
    let depth = 0
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return
      depth += 1
      setOver(true)
    }
    const leave = (event: DragEvent) => {
      if (!hasFiles(event)) return
      depth = Math.max(0, depth - 1)
      if (depth === 0) setOver(false)
    }
    const allow = (event: DragEvent) => {
      if (hasFiles(event)) event.preventDefault()
    }
    const drop = async (event: DragEvent) => {
      depth = 0
      setOver(false)
      if (!event.dataTransfer || !hasFiles(event)) return
      event.preventDefault()
      const files = await pickedFromDrop(event.dataTransfer)
      if (files.length > 0) dispatch(addFiles(files))
    }
    const paste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])]
      if (files.length > 0) dispatch(addFiles(files.map((file) => ({ file, relativePath: null }))))
    }
    document.addEventListener('dragenter', enter)
    document.addEventListener('dragleave', leave)
    document.addEventListener('dragover', allow)
    document.addEventListener('drop', drop)
    document.addEventListener('paste', paste)
    return () => {
      document.removeEventListener('dragenter', enter)
      document.removeEventListener('dragleave', leave)
      document.removeEventListener('dragover', allow)
      document.removeEventListener('drop', drop)
      document.removeEventListener('paste', paste)
    }
  }, [dispatch])

  if (!over) return null
  return (
    <div className={classes.overlay} data-testid="drop-overlay">
      <div className={classes.frame}>
        <Upload size={40} strokeWidth={1.5} aria-hidden />
        <p className={classes.title}>Drop to upload</p>
        <p className={classes.note}>
          Files and whole folders. They go on by themselves if the connection breaks.
        </p>
      </div>
    </div>
  )
}
