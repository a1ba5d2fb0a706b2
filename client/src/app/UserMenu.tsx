import { Menu, UnstyledButton } from '@mantine/core'
import { LogOut } from 'lucide-react'
import { useLogoutMutation } from '../api/authApi'
import { selectUser } from '../api/session'
import { useAppSelector } from './hooks'
import classes from './Shell.module.css'

export const UserMenu = () => {
  const user = useAppSelector(selectUser)
  const [logout] = useLogoutMutation()
  if (!user) return null
  return (
    <Menu position="bottom-end" width={180}>
      <Menu.Target>
        <UnstyledButton className={classes.user} aria-label={`Account of ${user.username}`}>
          {user.username.slice(0, 1).toUpperCase()}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Signed in as {user.username}</Menu.Label>
        <Menu.Item leftSection={<LogOut size={15} aria-hidden />} onClick={() => void logout()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
