import { Button, Group, Textarea } from '@mantine/core'
import { useState } from 'react'
import { detailOf, type Problem, wordsFor } from '../../api/problem'
import { useMendRejectMutation } from '../../api/readingApi'
import type { Reject } from '../../api/types'
import { useText } from '../../i18n/language'
import { laterText, useLaterText } from '../../i18n/later'
import { useDrafts } from '../../shared/drafts'
import { afterTyping, asShown } from '../../shared/lineEnds'
import { sendOnEnter } from '../../shared/lineKeys'
import { toastNote } from '../../shared/toast'

/** Characters of a reject that are kept; of a longer one the rest has to be written again. */
const KEPT_MAX = 1000

/** The server's own sentence says more than the words for its code: which column, and what it expects. */
const refusalOf = (error: Problem): string => {
  const words = wordsFor(error.code, error.detail)
  return words === error.detail ? words : `${words} (${error.detail})`
}

/** The line in a field, to be corrected; saved, it is a row of the table in its place. */
export const MendForm = ({ id, reject, onDone }: { id: string; reject: Reject; onDone: () => void }) => {
  const words = useLaterText().datasets.rejects
  const { shared } = useText()
  const [text, setText] = useState(reject.text)
  const [mend, { isLoading, error }] = useMendRejectMutation()
  useDrafts(() => (text === reject.text ? [] : [{ label: words.lineOf(reject.line), text }]))
  const save = async () => {
    const { data } = await mend({ id, n: reject.n, text })
    if (!data) return
    toastNote(laterText().datasets.rejects.nowRow(data.index + 1))
    onDone()
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (text !== '') void save()
      }}
    >
      <Textarea
        autosize
        autoFocus
        maxRows={8}
        size="xs"
        aria-label={words.lineOf(reject.line)}
        description={reject.text.length >= KEPT_MAX ? words.cut(KEPT_MAX) : undefined}
        value={asShown(text)}
        error={error ? ('code' in error ? refusalOf(error as Problem) : detailOf(error)) : undefined}
        onKeyDown={(event) => (event.key === 'Escape' ? onDone() : sendOnEnter(event))}
        onChange={(event) => setText(afterTyping(text, event.currentTarget.value, reject.text))}
      />
      <Group gap="xs" mt={6}>
        <Button type="submit" size="compact-xs" loading={isLoading} disabled={text === ''}>
          {words.save}
        </Button>
        <Button size="compact-xs" variant="default" onClick={onDone}>
          {shared.cancel}
        </Button>
      </Group>
    </form>
  )
}
