import { ActionIcon, Menu } from '@mantine/core'
import { Download, Ellipsis, Eye, Trash2, Users } from 'lucide-react'
import { Link } from 'react-router'
import { contentUrl, usePatchFileMutation } from '../../api/filesApi'
import { detailOf } from '../../api/problem'
import { selectUser } from '../../api/session'
import type { FileEntry } from '../../api/types'
import { useAppDispatch, useAppSelector } from '../../app/hooks'
import { text, useText } from '../../i18n/language'
import { toastNote, toastProblem } from '../../shared/toast'
import { deleteWithUndo } from './deleteWithUndo'

const ICON = { size: 15, 'aria-hidden': true } as const

const OwnerItems = ({ entry }: { entry: FileEntry }) => {
  const dispatch = useAppDispatch()
  const words = useText().files.actions
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
      <Menu.Divider />
      <Menu.Item
        color="red"
        leftSection={<Trash2 {...ICON} />}
        onClick={() => dispatch(deleteWithUndo([{ id: entry.id, name: entry.name }]))}
      >
        {words.delete}
      </Menu.Item>
    </>
  )
}

export const FileMenu = ({ entry }: { entry: FileEntry }) => {
  const words = useText().files.actions
  const mine = useAppSelector((state) => selectUser(state)?.username === entry.owner)
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
        {entry.status !== 'uploading' && (
          <Menu.Item component="a" href={contentUrl(entry.id)} download leftSection={<Download {...ICON} />}>
            {words.download}
          </Menu.Item>
        )}
        {mine && <OwnerItems entry={entry} />}
      </Menu.Dropdown>
    </Menu>
  )
}
