import { Menu, UnstyledButton } from '@mantine/core'
import { Keyboard, KeyRound, LogOut, ServerCog } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { Link } from 'react-router'
import { useIsAdminQuery } from '../api/adminApi'
import { useLogoutMutation } from '../api/authApi'
import { selectUser } from '../api/session'
import { Stored } from '../features/auth/Stored'
import { LANGUAGES, type Language, setLanguage, useLanguage, useText } from '../i18n/language'
import { finishUndoables } from '../shared/undoable'
import { useAppDispatch, useAppSelector } from '../store/hooks'
import { keyHelpTurned } from './keyHelpSlice'
import classes from './UserMenu.module.css'

const AccountDialog = lazy(() => import('../features/auth/AccountDialog'))

const NAMES = Object.entries(LANGUAGES) as [Language, string][]

const LanguageItems = () => {
  const language = useLanguage()
  return (
    <Menu.RadioGroup
      value={language}
      onChange={(value) => {
        const wanted = NAMES.find(([each]) => each === value)
        if (wanted) void setLanguage(wanted[0])
      }}
    >
      {NAMES.map(([value, name]) => (
        <Menu.RadioItem key={value} value={value} lang={value}>
          {name}
        </Menu.RadioItem>
      ))}
    </Menu.RadioGroup>
  )
}

/** The way to what administrators do; nobody else has it. */
const AdminItem = () => {
  const words = useText().app.account
  const { data: isAdmin = false } = useIsAdminQuery()
  return (
    isAdmin && (
      <Menu.Item component={Link} to="/admin" leftSection={<ServerCog size={15} aria-hidden />}>
        {words.administration}
      </Menu.Item>
    )
  )
}

export const UserMenu = () => {
  const words = useText().app
  const dispatch = useAppDispatch()
  const user = useAppSelector(selectUser)
  const [logout] = useLogoutMutation()
  const [account, setAccount] = useState(false)
  const leave = async () => {
    await finishUndoables()
    await logout()
  }
  if (!user) return null
  return (
    <Menu position="bottom-end" width={210}>
      <Menu.Target>
        <UnstyledButton className={classes.user} aria-label={words.account.of(user.username)}>
          {user.username.slice(0, 1).toUpperCase()}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {words.account.signedInAs(user.username)}
          <br />
          <Stored />
        </Menu.Label>
        <Menu.Item
          leftSection={<Keyboard size={15} aria-hidden />}
          onClick={() => dispatch(keyHelpTurned(true))}
        >
          {words.account.keys}
        </Menu.Item>
        <Menu.Item leftSection={<KeyRound size={15} aria-hidden />} onClick={() => setAccount(true)}>
          {words.account.security}
        </Menu.Item>
        <AdminItem />
        <Menu.Divider />
        <Menu.Label>{words.language}</Menu.Label>
        <LanguageItems />
        <Menu.Divider />
        <Menu.Item leftSection={<LogOut size={15} aria-hidden />} onClick={() => void leave()}>
          {words.account.signOut}
        </Menu.Item>
      </Menu.Dropdown>
      {account && (
        <Suspense>
          <AccountDialog onClose={() => setAccount(false)} />
        </Suspense>
      )}
    </Menu>
  )
}
