import { Button, Checkbox } from '@mantine/core'
import { useState } from 'react'
import { useLaterText } from '../../../i18n/later'
import { formatTime } from '../../../shared/format'
import { useAppDispatch, useAppSelector } from '../../../store/hooks'
import { type SameName, type SameNameAnswer, sameNameAnswered } from '../sameNameSlice'
import { selectDockIds } from '../uploadsSlice'
import classes from './SameNameLine.module.css'

const ANSWERS: SameNameAnswer[] = ['new', 'replace', 'append']

const Question = ({ id, question: { table, uploadedAt } }: { id: string; question: SameName }) => {
  const words = useLaterText().sameName
  const dispatch = useAppDispatch()
  const ids = useAppSelector(selectDockIds)
  const [all, setAll] = useState(false)
  return (
    <div role="group" className={classes.question} aria-label={words.of(table.name)}>
      <p>{words.question(table.name, formatTime(uploadedAt))}</p>
      <div className={classes.answers}>
        {ANSWERS.map((answer) => (
          <Button
            key={answer}
            size="compact-xs"
            variant={answer === 'new' ? 'light' : 'default'}
            aria-label={words.answerOf(words.answers[answer], table.name)}
            onClick={() => dispatch(sameNameAnswered({ ids: all ? ids : [id], answer }))}
          >
            {words.answers[answer]}
          </Button>
        ))}
        {ids.length > 1 && (
          <Checkbox
            size="xs"
            label={words.all}
            checked={all}
            onChange={(event) => setAll(event.currentTarget.checked)}
          />
        )}
      </div>
    </div>
  )
}

/** What is to become of a file that is called like a table, asked once; then, what came of it. */
const SameNameLine = ({ id, question }: { id: string; question: SameName }) => {
  const words = useLaterText().sameName
  const { answer, outcome } = question
  if (answer === null) return <Question id={id} question={question} />
  if (answer === 'new') return null
  return (
    <p className={classes.outcome} data-failed={outcome?.failed || undefined}>
      {outcome?.words ?? words.waiting[answer]}
    </p>
  )
}

export default SameNameLine
