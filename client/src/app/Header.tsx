import { Tooltip } from '@mantine/core'
import { Link } from 'react-router'
import { selectOnline, selectStream } from '../api/connection'
import { Mark } from '../shared/Mark'
import { useAppSelector } from './hooks'
import classes from './Shell.module.css'
import { ThemeMenu } from './ThemeMenu'
import { UserMenu } from './UserMenu'

const ConnectionDot = () => {
  const stream = useAppSelector(selectStream)
  const online = useAppSelector(selectOnline)
  const [state, word, why] = !online
    ? (['offline', 'Offline', 'No network'] as const)
    : stream === 'live'
      ? (['live', 'Live', 'Changes appear by themselves'] as const)
      : ([
          'reconnecting',
          stream === 'connecting' ? 'Connecting' : 'Reconnecting',
          'Waiting for the server',
        ] as const)
  return (
    <Tooltip label={why}>
      <span className={classes.connection} data-state={state}>
        <span className={classes.dot} aria-hidden />
        {word}
      </span>
    </Tooltip>
  )
}

export const Header = () => (
  <header className={classes.header}>
    <div className={classes.bar}>
      <Link to="/files" className={classes.brand}>
        <Mark />
        <span>Parquay</span>
      </Link>
      <ConnectionDot />
      <ThemeMenu />
      <UserMenu />
    </div>
  </header>
)
