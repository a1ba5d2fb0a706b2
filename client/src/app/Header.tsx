import { Tooltip } from '@mantine/core'
import { Activity, SquareTerminal } from 'lucide-react'
import { Link, NavLink } from 'react-router'
import { selectOnline, selectStream } from '../api/connection'
import { Bell } from '../features/notices/Bell'
import { useText } from '../i18n/language'
import { Mark } from '../shared/Mark'
import { useAppSelector } from '../store/hooks'
import classes from './Header.module.css'
import { ThemeMenu } from './ThemeMenu'
import { UserMenu } from './UserMenu'

const ConnectionDot = () => {
  const stream = useAppSelector(selectStream)
  const online = useAppSelector(selectOnline)
  const words = useText().app.connection
  const [state, word, why] = !online
    ? (['offline', words.offline, words.offlineWhy] as const)
    : stream === 'live'
      ? (['live', words.live, words.liveWhy] as const)
      : (['reconnecting', words[stream], words.waiting] as const)
  return (
    <Tooltip label={why}>
      <span className={classes.connection} data-state={state}>
        <span className={classes.dot} aria-hidden />
        {word}
      </span>
    </Tooltip>
  )
}

const SignalsLink = () => {
  const words = useText().app
  return (
    <NavLink to="/live" className={classes.nav} aria-label={words.signals}>
      <Activity size={16} aria-hidden />
      <span>{words.signals}</span>
    </NavLink>
  )
}

const SqlLink = () => {
  const words = useText().app
  return (
    <NavLink to="/sql" className={classes.nav} aria-label={words.sql}>
      <SquareTerminal size={16} aria-hidden />
      <span>{words.sql}</span>
    </NavLink>
  )
}

export const Header = () => (
  <header className={classes.header}>
    <div className={classes.bar}>
      <Link to="/files" className={classes.brand}>
        <Mark />
        <span>Parquay</span>
      </Link>
      <SqlLink />
      <SignalsLink />
      <ConnectionDot />
      <Bell />
      <ThemeMenu />
      <UserMenu />
    </div>
  </header>
)
