import { ActionIcon, Button, Menu, Skeleton } from '@mantine/core'
import { Ellipsis, UserPlus } from 'lucide-react'
import { useState } from 'react'
import { type AdminUser, type UserChange, useChangeUserMutation, useListUsersQuery } from '../../api/adminApi'
import { detailOf } from '../../api/problem'
import { NotLoaded } from '../../display/NotLoaded'
import { laterText, useLaterText } from '../../i18n/later'
import { formatBytes, formatCount, formatTime } from '../../shared/format'
import { Name } from '../../shared/Name'
import { SectionHead } from '../../shared/SectionHead'
import { toastProblem } from '../../shared/toast'
import { AdminTable } from './AdminTable'
import { LimitsDialog } from './LimitsDialog'
import { AddUserDialog, PasswordDialog, QuotaDialog } from './UserDialogs'
import classes from './UsersTab.module.css'

type Asked = 'password' | 'quota' | 'limits' | null

const UserMenu = ({ user, onAsk }: { user: AdminUser; onAsk: (asked: Asked) => void }) => {
  const words = useLaterText().admin.users
  const [change] = useChangeUserMutation()
  const set = (what: UserChange) =>
    change({ id: user.id, ...what })
      .unwrap()
      .catch((error: unknown) => toastProblem(laterText().admin.users.notChanged, detailOf(error)))
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={words.actions(user.username)}>
          <Ellipsis size={17} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onAsk('password')}>{words.reset}</Menu.Item>
        <Menu.Item onClick={() => onAsk('quota')}>{words.setQuota}</Menu.Item>
        <Menu.Item onClick={() => onAsk('limits')}>{words.setLimits}</Menu.Item>
        <Menu.Item onClick={() => void set({ is_admin: !user.is_admin })}>
          {user.is_admin ? words.takeAdmin : words.giveAdmin}
        </Menu.Item>
        <Menu.Item onClick={() => void set({ disabled: !user.disabled })}>
          {user.disabled ? words.enable : words.disable}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

const UserRow = ({ user }: { user: AdminUser }) => {
  const words = useLaterText().admin.users
  const [asked, ask] = useState<Asked>(null)
  const close = () => ask(null)
  const quota = user.quota_bytes === 0 ? words.endless : formatBytes(user.quota_bytes)
  return (
    <tr>
      <td>
        <Name>{user.username}</Name> {user.is_admin && <span className={classes.mark}>{words.admin}</span>}
        {user.disabled && <span className={classes.barred}>{words.disabled}</span>}
      </td>
      <td>{formatTime(user.created_at)}</td>
      <td data-numeric>{formatCount(user.files)}</td>
      <td data-numeric>{formatBytes(user.bytes)}</td>
      <td data-numeric>{user.quota_bytes === null ? words.serversQuota : quota}</td>
      <td>
        <UserMenu user={user} onAsk={ask} />
        {asked === 'password' && <PasswordDialog user={user} onClose={close} />}
        {asked === 'quota' && <QuotaDialog user={user} onClose={close} />}
        {asked === 'limits' && <LimitsDialog user={user} onClose={close} />}
      </td>
    </tr>
  )
}

/** Who may use the server. */
export const UsersTab = () => {
  const words = useLaterText().admin.users
  const { data, error, isError, refetch } = useListUsersQuery()
  const [adding, setAdding] = useState(false)
  const heads = [words.name, words.since, words.files, words.bytes, words.quota]
  return (
    <section aria-labelledby="users-title">
      <SectionHead id="users-title" title={words.title} apart>
        <Button size="xs" leftSection={<UserPlus size={15} aria-hidden />} onClick={() => setAdding(true)}>
          {words.add}
        </Button>
      </SectionHead>
      {isError && <NotLoaded title={words.notLoaded} error={error} onRetry={refetch} />}
      {!data && !isError && <Skeleton height={200} aria-busy="true" />}
      {data && (
        <AdminTable
          label={words.list}
          numeric={[2, 3, 4]}
          heads={[
            ...heads,
            <span key="more" className="sr-only">
              {words.more}
            </span>,
          ]}
        >
          {data.map((user) => (
            <UserRow key={user.id} user={user} />
          ))}
        </AdminTable>
      )}
      {adding && <AddUserDialog onClose={() => setAdding(false)} />}
    </section>
  )
}
