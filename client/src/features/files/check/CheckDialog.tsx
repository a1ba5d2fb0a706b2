import { Alert, Button, Group, Modal, Skeleton, Stack } from '@mantine/core'
import { CircleAlert, History } from 'lucide-react'
import { useEffect, useState } from 'react'
import { isFinished, selectLive } from '../../../api/live'
import { type Problem, wordsFor } from '../../../api/problem'
import { selectUser } from '../../../api/session'
import type { FileEntry } from '../../../api/types'
import { useText } from '../../../i18n/language'
import { type LaterMessages, useLaterText } from '../../../i18n/later'
import { useAppSelector } from '../../../store/hooks'
import classes from './CheckDialog.module.css'
import { CheckFields } from './CheckFields'
import { CheckNotes } from './CheckNotes'
import { CheckTable } from './CheckTable'
import {
  FIELDS,
  fieldsFor,
  NO_CHOICE,
  optionsOf,
  type ReadingChoice,
  type Spot,
  spotOf,
  wrongCount,
} from './readingChoice'
import { rememberedReading, rememberReading, shapeOf } from './rememberedReadings'
import { usePreview } from './usePreview'
import { useReread } from './useReread'

type Words = LaterMessages['reading']

/** Pure: what is wrong, and where it is said: beside its field, where that is shown, or above all of them. */
const refusalOf = (choice: ReadingChoice, problem: Problem | null, words: Words) => {
  const count = wrongCount(choice)
  if (count !== null) return { spot: count as Spot | null, words: words.wrong[count] ?? '' }
  if (problem === null) return null
  const spot = spotOf(problem)
  const own = problem.code === 'invalid_value' && spot !== null ? words.wrong[spot] : undefined
  return { spot, words: own ?? wordsFor(problem.code, problem.detail) }
}

/** Pure: a choice in words. */
const saidOf = (choice: ReadingChoice, words: Words): string =>
  [
    ...FIELDS.filter((field) => choice[field] !== '').map((field) =>
      words.said(words.fields[field], choice[field]),
    ),
    ...(choice.missing.length > 0 ? [words.said(words.missing, choice.missing.join(', '))] : []),
    ...(Object.keys(choice.types).length > 0 ? [words.saidTypes(Object.keys(choice.types).join(', '))] : []),
  ].join('; ')

/** How files of the same columns were read before: offered, never used by itself. `shape` is of the file as found. */
const useLastReading = (shape: string | null) => {
  const userId = useAppSelector((state) => selectUser(state)?.id)
  return {
    last: userId !== undefined && shape !== null ? rememberedReading(userId, shape) : null,
    remember: (choice: ReadingChoice) => {
      if (userId !== undefined && shape !== null) rememberReading(userId, { shape, choice })
    },
  }
}

const NOTHING = JSON.stringify(optionsOf(NO_CHOICE))

/** The choice, what would come of it, and what of it can be carried out. */
const useCheck = (file: FileEntry, onClose: () => void) => {
  const [choice, setChoice] = useState(NO_CHOICE)
  const [shape, setShape] = useState<string | null>(null)
  const status = useAppSelector((state) => selectLive(state, file.id)?.status ?? file.status)
  const isArriving = !isFinished(status)
  const options = wrongCount(choice) === null ? optionsOf(choice) : null
  const preview = usePreview(file.id, options, status === 'uploading')
  const found = preview.latest
  // Only as the file is read by itself it has a shape that the next one of its kind has, too.
  useEffect(() => {
    if (found && JSON.stringify(found.options) === NOTHING) setShape(shapeOf(found.preview.columns))
  }, [found])
  const { last, remember } = useLastReading(shape)
  const reread = useReread({
    id: file.id,
    arriving: isArriving,
    onDone: () => {
      remember(choice)
      onClose()
    },
  })
  return { ...preview, choice, setChoice, last, reread, isArriving, options }
}

type FootProps = { file: FileEntry; check: ReturnType<typeof useCheck>; onClose: () => void }

const Foot = ({ file, check, onClose }: FootProps) => {
  const words = useLaterText().reading
  const { shared } = useText()
  const { isArriving, reread, latest, problem, options, asking } = check
  const becomesTable = isArriving || (file.dataset_id === file.id && file.row_count !== null)
  const mine = file.role === 'owner'
  const why = mine ? (becomesTable ? words.note : words.noTable) : words.ownerOnly
  return (
    <>
      <p className={classes.note}>{reread.isWaiting ? words.waiting : why}</p>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {shared.close}
        </Button>
        {mine && becomesTable && (
          <Button
            loading={reread.isLoading}
            disabled={options === null || latest === null || problem !== null || asking || reread.isWaiting}
            onClick={() => latest && reread.want(latest.options)}
          >
            {isArriving ? words.whenHere : words.again}
          </Button>
        )}
      </Group>
    </>
  )
}

const LastTime = ({ check: { last, choice, setChoice } }: { check: ReturnType<typeof useCheck> }) => {
  const words = useLaterText().reading
  if (last === null || JSON.stringify(optionsOf(last)) === JSON.stringify(optionsOf(choice))) return null
  return (
    <Alert variant="light" p="xs" icon={<History size={16} aria-hidden />}>
      {words.lastTime(saidOf(last, words))}{' '}
      <Button size="compact-xs" variant="default" onClick={() => setChoice({ ...NO_CHOICE, ...last })}>
        {words.useLast}
      </Button>
    </Alert>
  )
}

/** How a file is read: what was found, what can be said instead, and what comes of it, live. */
const CheckDialog = ({ file, onClose }: { file: FileEntry; onClose: () => void }) => {
  const { shared } = useText()
  const words = useLaterText().reading
  const check = useCheck(file, onClose)
  const { choice, setChoice, latest, problem, asking, reread } = check
  const preview = latest?.preview
  const refusal = refusalOf(choice, problem ?? reread.problem, words)
  const fields = fieldsFor(file.name, preview?.dialect.format)
  const shown: readonly Spot[] = [...fields, 'missing']
  const isApart = refusal !== null && (refusal.spot === null || !shown.includes(refusal.spot))
  const extra = refusal?.spot && FIELDS.find((field) => field === refusal.spot && !fields.includes(field))
  return (
    <Modal
      opened
      onClose={onClose}
      size={1080}
      title={words.title(file.name)}
      closeButtonProps={{ 'aria-label': shared.close }}
    >
      <Stack gap="sm">
        <p className={classes.note}>{words.words}</p>
        <CheckFields
          fields={extra ? [...fields, extra] : fields}
          choice={choice}
          dialect={preview?.dialect}
          refusal={refusal}
          onChange={(change) => setChoice({ ...choice, ...change })}
        />
        <LastTime check={check} />
        {isApart && !extra && (
          <Alert
            color="red"
            variant="light"
            role="alert"
            icon={<CircleAlert size={18} />}
            title={words.cannot}
          >
            {refusal.words}
          </Alert>
        )}
        {preview ? (
          <div className={classes.preview} data-asking={asking || problem !== null || undefined}>
            <CheckTable
              preview={preview}
              types={choice.types}
              onTypes={(types) => setChoice({ ...choice, types })}
            />
            <CheckNotes preview={preview} />
          </div>
        ) : (
          refusal === null && <Skeleton height={260} aria-busy="true" />
        )}
        <Foot file={file} check={check} onClose={onClose} />
      </Stack>
    </Modal>
  )
}

export default CheckDialog
