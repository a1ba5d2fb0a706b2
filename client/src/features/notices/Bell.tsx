import { ActionIcon, Button, Popover, Tooltip } from '@mantine/core'
import { Bell as BellIcon } from 'lucide-react'
import { useState } from 'react'
import { useText } from '../../i18n/language'
import { formatCount } from '../../shared/format'
import { useAppDispatch, useAppSelector } from '../../store/hooks'
import { AskButton } from './AskButton'
import classes from './Bell.module.css'
import { NoticeItem } from './NoticeItem'
import { noticesCleared, noticesRead, selectNotices, selectUnread } from './noticesSlice'

const Panel = ({ onDone }: { onDone: () => void }) => {
  const words = useText().app
  const dispatch = useAppDispatch()
  const notices = useAppSelector(selectNotices)
  return (
    <>
      <div className={classes.head}>
        <h2>{words.bell.title}</h2>
        {notices.length > 0 && (
          <Button size="compact-xs" variant="subtle" onClick={() => dispatch(noticesCleared())}>
            {words.bell.clear}
          </Button>
        )}
      </div>
      {notices.length === 0 ? (
        <p className={classes.empty}>{words.bell.empty}</p>
      ) : (
        <ul className={classes.list}>
          {notices.map((notice) => (
            <NoticeItem key={notice.id} notice={notice} onOpen={onDone} />
          ))}
        </ul>
      )}
      <AskButton />
    </>
  )
}

/** What happened while one looked elsewhere; opening it reads everything. */
export const Bell = () => {
  const words = useText().app.bell
  const dispatch = useAppDispatch()
  const unread = useAppSelector(selectUnread)
  const [open, setOpen] = useState(false)
  const turn = (opened: boolean) => {
    setOpen(opened)
    if (!opened) dispatch(noticesRead())
  }
  return (
    <Popover opened={open} onChange={turn} width={340} position="bottom-end" trapFocus returnFocus>
      <Popover.Target>
        <Tooltip label={words.title} disabled={open}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={34}
            className={classes.bell}
            aria-label={words.label(unread)}
            onClick={() => turn(!open)}
          >
            <BellIcon size={18} aria-hidden />
            {unread > 0 && (
              <span className={classes.unread} aria-hidden>
                {formatCount(unread)}
              </span>
            )}
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={words.title} className={classes.panel}>
        <Panel onDone={() => turn(false)} />
      </Popover.Dropdown>
    </Popover>
  )
}
