import { Button } from '@mantine/core'
import { FolderUp, Upload } from 'lucide-react'
import { useRef } from 'react'
import { useAppDispatch } from '../../app/hooks'
import { addFiles } from './commands'
import { pickedFromInput } from './pick'

/** The two ways in for a keyboard: files, or a whole folder. */
export const PickButtons = () => {
  const dispatch = useAppDispatch()
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const picked = (input: HTMLInputElement) => {
    dispatch(addFiles(pickedFromInput(input.files)))
    input.value = ''
  }
  return (
    <>
      <Button leftSection={<Upload size={16} aria-hidden />} onClick={() => files.current?.click()}>
        Upload files
      </Button>
      <Button
        variant="default"
        leftSection={<FolderUp size={16} aria-hidden />}
        onClick={() => folder.current?.click()}
      >
        Upload folder
      </Button>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label="Files to upload"
        data-testid="file-input"
        onChange={(event) => picked(event.currentTarget)}
      />
      <input
        ref={folder}
        type="file"
        multiple
        hidden
        webkitdirectory=""
        aria-label="Folder to upload"
        data-testid="folder-input"
        onChange={(event) => picked(event.currentTarget)}
      />
    </>
  )
}
