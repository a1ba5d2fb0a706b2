import { useGetVersionsQuery } from '../../../api/datasetHistory'
import type { Cell } from '../../../api/types'
import { useLaterText } from '../../../i18n/later'
import { writtenOrNull } from '../columnTypes'
import { authorsSince } from './authors'
import classes from './ChangedNote.module.css'

/** Whose doing it is that a row is not as it was in version `since`. */
export const useAuthors = (id: string, since: number): string => {
  const words = useLaterText().datasets.edit
  const { data } = useGetVersionsQuery(id)
  return authorsSince(data, since).join(', ') || words.somebody
}

type Props = { id: string; since: number; now: Cell }

/** Says below an open editor that the cell is not any more what it was when the editor opened. */
export const ChangedNote = ({ id, since, now }: Props) => {
  const words = useLaterText().datasets
  const who = useAuthors(id, since)
  return (
    <span role="status" className={classes.changed}>
      {words.edit.changedBy(who, writtenOrNull(now, words.grid))}
    </span>
  )
}
