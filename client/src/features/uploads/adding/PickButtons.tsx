import { Button } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { FolderUp, Upload } from 'lucide-react'
import { useRef } from 'react'
import { useText } from '../../../i18n/language'
import { useAppDispatch } from '../../../store/hooks'
import { offerFiles } from './offerFiles'
import { pickedFromInput } from './pick'

/** The ways in for a keyboard: files, or a whole folder. */
export const PickButtons = () => {
  const words = useText().uploads.pick
  const dispatch = useAppDispatch()
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  useHotkeys([['u', () => files.current?.click()]])
  const picked = (input: HTMLInputElement) => {
    dispatch(offerFiles(pickedFromInput(input.files)))
    input.value = ''
  }
  return (
    <>
      <Button leftSection={<Upload size={16} aria-hidden />} onClick={() => files.current?.click()}>
        {words.files}
      </Button>
      <Button
        variant="default"
        leftSection={<FolderUp size={16} aria-hidden />}
        onClick={() => folder.current?.click()}
      >
        {words.folder}
      </Button>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label={words.filesInput}
        data-testid="file-input"
        onChange={(event) => picked(event.currentTarget)}
      />
      <input
        ref={folder}
        type="file"
        multiple
        hidden
        webkitdirectory=""
        aria-label={words.folderInput}
        data-testid="folder-input"
        onChange={(event) => picked(event.currentTarget)}
      />
    </>
  )
}
