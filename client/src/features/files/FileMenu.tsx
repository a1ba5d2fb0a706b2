import { ActionIcon, Menu } from '@mantine/core'
import { Download, Ellipsis, Eye, Lock, ScanText, Trash2, UserPlus, Users } from 'lucide-react'
import { Link } from 'react-router'
import { contentUrl, usePatchFileMutation } from '../../api/filesApi'
import { detailOf } from '../../api/problem'
import type { FileEntry } from '../../api/types'
import { text, useText } from '../../i18n/language'
import { toastNote, toastProblem } from '../../shared/toast'
import { useAppDispatch } from '../../store/hooks'
import { deleteWithUndo } from './deleteWithUndo'
import classes from './FileMenu.module.css'
import { useCheckDialog } from './useCheckDialog'
import { useShareDialog } from './useShareDialog'

const ICON = { size: 15, 'aria-hidden': true } as const

const OwnerItems = ({ entry, onShare }: { entry: FileEntry; onShare: () => void }) => {
  const dispatch = useAppDispatch()
  const { actions: words, access } = useText().files
  const [patch] = usePatchFileMutation()
  const share = () =>
    patch({ id: entry.id, shared: !entry.shared })
      .unwrap()
      .then(({ name, shared }) =>
        toastNote(shared ? text().files.actions.isShared(name) : text().files.actions.isPrivate(name)),
      )
      .catch((error: unknown) => toastProblem(text().files.actions.notShared, detailOf(error)))
  return (
    <>
      <Menu.Item leftSection={<Users {...ICON} />} onClick={share}>
        {entry.shared ? words.unshare : words.share}
      </Menu.Item>
      <Menu.Item leftSection={<UserPlus {...ICON} />} onClick={onShare}>
        {access.open}
      </Menu.Item>
      <Menu.Divider />
      <Menu.Item
        className={classes.danger}
        leftSection={<Trash2 {...ICON} />}
        onClick={() => dispatch(deleteWithUndo([{ id: entry.id, name: entry.name }]))}
      >
        {words.delete}
      </Menu.Item>
    </>
  )
}

export const FileMenu = ({ entry }: { entry: FileEntry }) => {
  const { actions: words, access } = useText().files
  const mine = entry.role === 'owner'
  const sharing = useShareDialog(entry)
  const checking = useCheckDialog(entry)
  return (
    <Menu position="bottom-end" withinPortal width={200}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={words.of(entry.name)}>
          <Ellipsis size={17} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to={`/files/${entry.id}`} leftSection={<Eye {...ICON} />}>
          {words.open}
        </Menu.Item>
        <Menu.Item leftSection={<ScanText {...ICON} />} onClick={checking.open}>
          {words.check}
        </Menu.Item>
        {entry.status !== 'uploading' && (
          <Menu.Item component="a" href={contentUrl(entry.id)} download leftSection={<Download {...ICON} />}>
            {words.download}
          </Menu.Item>
        )}
        {mine ? (
          <OwnerItems entry={entry} onShare={sharing.open} />
        ) : (
          <Menu.Item disabled leftSection={<Lock {...ICON} />}>
            {access.may[entry.role]}
          </Menu.Item>
        )}
      </Menu.Dropdown>
      {sharing.dialog}
      {checking.dialog}
    </Menu>
  )
}
