import { Alert, Button, CopyButton, Group } from '@mantine/core'
import { CircleAlert } from 'lucide-react'
import { useLaterText } from '../../i18n/later'
import { type Draft, useDrafts } from '../../shared/drafts'
import { Name } from '../../shared/Name'
import { useAppDispatch, useAppSelector } from '../../store/hooks'
import classes from './UnsavedNotice.module.css'
import { draftsSeen, selectUnsaved, type Unsaved } from './unsavedSlice'

const Text = ({ draft: { label, text } }: { draft: Draft }) => {
  const words = useLaterText().datasets.unsaved
  return (
    <div className={classes.text}>
      <dl>
        <dt>
          <Name>{label}</Name>
        </dt>
        <dd tabIndex={0}>{text}</dd>
      </dl>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button size="compact-xs" variant="default" aria-label={words.copyOf(label)} onClick={copy}>
            {copied ? words.copied : words.copy}
          </Button>
        )}
      </CopyButton>
    </div>
  )
}

/** Why a text could not be saved, and the text. */
const Part = ({ reason, drafts }: Pick<Unsaved, 'reason' | 'drafts'>) => {
  const words = useLaterText().datasets.unsaved
  return (
    <>
      <p>
        {reason} {words.written}
      </p>
      {drafts.map((draft) => (
        <Text key={`${draft.label} ${draft.text}`} draft={draft} />
      ))}
    </>
  )
}

/** What was being written for a column that is gone, said where the writing goes on. */
export const UnsavedPart = (part: Pick<Unsaved, 'reason' | 'drafts'>) => (
  <Alert color="red" variant="light" p="sm" className={classes.unsaved}>
    <Part {...part} />
  </Alert>
)

/** What was written in this table and has no cell any more, until somebody says that it was seen. */
export const UnsavedNotice = ({ id }: { id: string }) => {
  const words = useLaterText().datasets.unsaved
  const dispatch = useAppDispatch()
  const parts = useAppSelector((state) => selectUnsaved(state, id))
  // Without their columns: these texts have lost them already.
  useDrafts(() => parts?.flatMap(({ drafts }) => drafts.map(({ label, text }) => ({ label, text }))) ?? [])
  if (!parts) return null
  return (
    <Alert
      color="red"
      variant="light"
      role="alert"
      mb="md"
      icon={<CircleAlert size={18} />}
      title={words.title}
      className={classes.unsaved}
    >
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts are only ever added at the end
        <Part key={index} {...part} />
      ))}
      <Group>
        <Button size="xs" variant="default" onClick={() => dispatch(draftsSeen(id))}>
          {words.seen}
        </Button>
      </Group>
    </Alert>
  )
}
