import { Button, CloseButton } from '@mantine/core'
import { Trash2, UserRoundX, Users } from 'lucide-react'
import { useState } from 'react'
import { detailOf } from '../../api/problem'
import { useText } from '../../i18n/language'
import { toastProblem } from '../../shared/toast'
import { useAppDispatch } from '../../store/hooks'
import { DownloadPicked } from './DownloadPicked'
import { deleteWithUndo } from './deleteWithUndo'
import { everyFile } from './everyFile'
import classes from './SelectionBar.module.css'
import { shareWithUndo } from './shareWithUndo'
import { useFilesView } from './useFilesView'
import type { FilesSelection } from './useSelection'

const ICON = { size: 15, 'aria-hidden': true } as const

/** The box in the head picks a page; this goes on to all the others. */
const PickEvery = ({ selection, total }: { selection: FilesSelection; total: number }) => {
  const words = useText().files.selection
  const dispatch = useAppDispatch()
  const { view } = useFilesView()
  const [asking, setAsking] = useState(false)
  const pick = async () => {
    setAsking(true)
    try {
      selection.pickBeyond(await dispatch(everyFile(view)))
    } catch (error) {
      toastProblem(words.notPicked, detailOf(error))
    }
    setAsking(false)
  }
  return (
    <Button size="xs" variant="subtle" loading={asking} onClick={() => void pick()}>
      {words.every(total)}
    </Button>
  )
}

/** What can be done with all picked files at once; only their owner can. */
export const SelectionBar = ({ selection, total }: { selection: FilesSelection; total: number }) => {
  const words = useText().files
  const dispatch = useAppDispatch()
  const mine = selection.entries.filter(({ role }) => role === 'owner')
  const act = (run: () => void) => {
    run()
    selection.clear()
  }
  const common = { size: 'xs', variant: 'default', disabled: mine.length === 0 } as const
  return (
    <section className={classes.selection} aria-label={words.selection.label}>
      <strong>{words.selection.count(selection.count)}</strong>
      <DownloadPicked entries={selection.entries} />
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
      {selection.allPicked && selection.count < total && <PickEvery selection={selection} total={total} />}
      {mine.length < selection.entries.length && (
        <span className={classes.others}>
          {words.selection.others(selection.entries.length - mine.length)}
        </span>
      )}
      <CloseButton aria-label={words.selection.clear} onClick={selection.clear} />
    </section>
  )
}
