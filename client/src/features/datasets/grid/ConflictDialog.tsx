import { Button, Group, Modal, Stack } from '@mantine/core'
import type { Cell, Column } from '../../../api/types'
import { useText } from '../../../i18n/language'
import { useLaterText } from '../../../i18n/later'
import { writtenOrNull } from '../columnTypes'
import { useAuthors } from './ChangedNote'
import classes from './ConflictDialog.module.css'
import type { Conflict } from './cellEditing'

type Props = {
  id: string
  column: Column
  conflict: Conflict
  onMine: () => void
  onTheirs: () => void
}

/** Two people wrote one cell: both values, and the choice between them. */
export const ConflictDialog = ({ id, column, conflict, onMine, onTheirs }: Props) => {
  const { shared } = useText()
  const { edit, grid } = useLaterText().datasets
  const { writing, mine, theirs } = conflict
  const who = useAuthors(id, writing.base)
  const values: [string, Cell][] = [
    [edit.conflictSeen, writing.seen],
    [edit.conflictTheirs(who), theirs],
    [edit.conflictMine, mine],
  ]
  return (
    <Modal
      opened
      onClose={onTheirs}
      closeOnClickOutside={false}
      title={edit.conflict}
      closeButtonProps={{ 'aria-label': shared.close }}
    >
      <Stack gap="md">
        <p className={classes.words}>{edit.conflictWords(column.name, who)}</p>
        <dl className={classes.values}>
          {values.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{writtenOrNull(value, grid)}</dd>
            </div>
          ))}
        </dl>
        <Group justify="flex-end">
          <Button variant="default" data-autofocus onClick={onTheirs}>
            {edit.keepTheirs}
          </Button>
          <Button onClick={onMine}>{edit.keepMine}</Button>
        </Group>
      </Stack>
    </Modal>
  )
}
