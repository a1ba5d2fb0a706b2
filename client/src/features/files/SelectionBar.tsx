import { Button, CloseButton } from '@mantine/core'
import { Trash2, UserRoundX, Users } from 'lucide-react'
import { selectUser } from '../../api/session'
import { useAppDispatch, useAppSelector } from '../../app/hooks'
import { useText } from '../../i18n/language'
import { deleteWithUndo } from './deleteWithUndo'
import classes from './FilesPage.module.css'
import { shareWithUndo } from './shareWithUndo'
import type { FilesSelection } from './useSelection'

const ICON = { size: 15, 'aria-hidden': true } as const

/** What can be done with all picked files at once; only their owner can. */
export const SelectionBar = ({ selection }: { selection: FilesSelection }) => {
  const words = useText().files
  const dispatch = useAppDispatch()
  const me = useAppSelector((state) => selectUser(state)?.username)
  const mine = selection.entries.filter(({ owner }) => owner === me)
  const act = (run: () => void) => {
    run()
    selection.clear()
  }
  const common = { size: 'xs', variant: 'default', disabled: mine.length === 0 } as const
  return (
    <section className={classes.selection} aria-label={words.selection.label}>
      <strong>{words.selection.count(selection.ids.size)}</strong>
      <Button
        {...common}
        leftSection={<Users {...ICON} />}
        onClick={() => act(() => void dispatch(shareWithUndo(mine, true)))}
      >
        {words.actions.share}
      </Button>
      <Button
        {...common}
        leftSection={<UserRoundX {...ICON} />}
        onClick={() => act(() => void dispatch(shareWithUndo(mine, false)))}
      >
        {words.actions.unshare}
      </Button>
      <Button
        {...common}
        leftSection={<Trash2 {...ICON} />}
        onClick={() => act(() => void dispatch(deleteWithUndo(mine)))}
      >
        {words.actions.delete}
      </Button>
      <CloseButton aria-label={words.selection.clear} onClick={selection.clear} />
    </section>
  )
}
