import { ActionIcon, Button, Switch, TextInput, Tooltip } from '@mantine/core'
import { Download, Pencil, ScanText, SquareTerminal, Trash2, Users } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { contentUrl, usePatchFileMutation } from '../../api/filesApi'
import { detailOf } from '../../api/problem'
import type { FileEntry } from '../../api/types'
import { StatusChip } from '../../display/StatusChip'
import { useDownloadUrl } from '../../display/useDownloadUrl'
import { useShownStatus } from '../../display/useShownStatus'
import { text, useText } from '../../i18n/language'
import { useDrafts } from '../../shared/drafts'
import { focusMain } from '../../shared/focusMain'
import { Name } from '../../shared/Name'
import { PageTitle } from '../../shared/PageTitle'
import { firstRowsOf, sqlAddress } from '../../shared/sqlAddress'
import { toastNote, toastProblem } from '../../shared/toast'
import { useAppDispatch } from '../../store/hooks'
import { deleteWithUndo } from './deleteWithUndo'
import classes from './FileHeading.module.css'
import { useShareDialog } from './useShareDialog'
import { useStalled } from './useStalled'

const RenameForm = ({ file, onDone }: { file: FileEntry; onDone: () => void }) => {
  const words = useText()
  const [name, setName] = useState(file.name)
  const [patch, { isLoading, error }] = usePatchFileMutation()
  useDrafts(() => (name === file.name ? [] : [{ label: words.files.rename.input, text: name }]))
  const save = async () => {
    const wanted = name.trim()
    if (wanted === file.name) return onDone()
    if (wanted === '') return
    const { data } = await patch({ id: file.id, name: wanted })
    if (!data) return
    if (data.warnings.some(({ code }) => code === 'name_changed'))
      toastNote(text().files.rename.changed(data.name))
    onDone()
  }
  return (
    <form
      className={classes.rename}
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <TextInput
        aria-label={words.files.rename.input}
        className={classes.renameInput}
        value={name}
        autoFocus
        data-autofocus
        error={name.trim() === '' ? words.files.rename.missing : error ? detailOf(error) : undefined}
        onChange={(event) => setName(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && onDone()}
      />
      <Button type="submit" loading={isLoading}>
        {words.files.rename.label}
      </Button>
      <Button variant="default" onClick={onDone}>
        {words.shared.cancel}
      </Button>
    </form>
  )
}

const ShareSwitch = ({ file }: { file: FileEntry }) => {
  const [patch, { isLoading }] = usePatchFileMutation()
  const change = (shared: boolean) =>
    patch({ id: file.id, shared })
      .unwrap()
      .catch((error: unknown) => toastProblem(text().files.actions.notShared, detailOf(error)))
  return (
    <Switch
      label={useText().files.sharing}
      checked={file.shared}
      disabled={isLoading}
      onChange={(event) => change(event.currentTarget.checked)}
    />
  )
}

const DeleteButton = ({ file }: { file: FileEntry }) => {
  const dispatch = useAppDispatch()
  const navigate = useNavigate()
  const words = useText().files.actions
  return (
    <Button
      variant="default"
      leftSection={<Trash2 size={15} aria-hidden />}
      onClick={() => {
        dispatch(deleteWithUndo([{ id: file.id, name: file.name }]))
        void navigate('/files')
        focusMain()
      }}
    >
      {words.delete}
    </Button>
  )
}

const AskButton = ({ file }: { file: FileEntry }) => (
  <Button
    variant="default"
    component={Link}
    to={sqlAddress(firstRowsOf(file.id, file.name))}
    leftSection={<SquareTerminal size={15} aria-hidden />}
  >
    {useText().files.actions.ask}
  </Button>
)

/** Whether a name is being written; afterwards the focus is on the button again that began it. */
const useRenaming = () => {
  const [renaming, setRenaming] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const before = useRef(false)
  useEffect(() => {
    if (before.current && !renaming) button.current?.focus()
    before.current = renaming
  }, [renaming])
  return { renaming, button, begin: () => setRenaming(true), end: () => setRenaming(false) }
}

/** `onCheck`: asks how the file is read; null where nobody may ask. */
type Props = { file: FileEntry; onCheck: (() => void) | null }

export const FileHeading = ({ file, onCheck }: Props) => {
  const words = useText().files
  const { renaming, button, begin, end } = useRenaming()
  const downloadUrl = useDownloadUrl()
  const mine = file.role === 'owner'
  const sharing = useShareDialog(file)
  const shown = useShownStatus(file.id) ?? file.status
  const stalled = useStalled(file) && shown === 'uploading'
  return (
    <div className={classes.heading}>
      {renaming ? (
        <RenameForm file={file} onDone={end} />
      ) : (
        <div className={classes.nameLine}>
          <PageTitle>
            <Name>{file.name}</Name>
          </PageTitle>
          {mine && (
            <Tooltip label={words.rename.label} openDelay={400}>
              <ActionIcon
                ref={button}
                variant="subtle"
                color="gray"
                aria-label={words.rename.label}
                onClick={begin}
              >
                <Pencil size={15} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
          <StatusChip status={shown} still={stalled} />
          {!mine && <span className={classes.role}>{words.access.may[file.role]}</span>}
        </div>
      )}
      <div className={classes.tools}>
        {mine && <ShareSwitch file={file} />}
        {mine && (
          <Button variant="default" leftSection={<Users size={15} aria-hidden />} onClick={sharing.open}>
            {words.access.open}
          </Button>
        )}
        {sharing.dialog}
        {onCheck && (
          <Button variant="default" leftSection={<ScanText size={15} aria-hidden />} onClick={onCheck}>
            {words.actions.checkShort}
          </Button>
        )}
        {onCheck && file.dataset_id === file.id && <AskButton file={file} />}
        {file.status !== 'uploading' && (
          <Button
            component="a"
            href={downloadUrl(contentUrl(file.id))}
            download
            leftSection={<Download size={15} aria-hidden />}
          >
            {words.actions.download}
          </Button>
        )}
        {mine && <DeleteButton file={file} />}
      </div>
    </div>
  )
}
