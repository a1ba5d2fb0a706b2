import { Autocomplete, TagsInput } from '@mantine/core'
import type { Preview } from '../../../api/readingApi'
import { useLaterText } from '../../../i18n/later'
import classes from './CheckFields.module.css'
import type { Field, ReadingChoice, Spot } from './readingChoice'

const CHOICES: Readonly<Partial<Record<Field, string[]>>> = {
  delimiter: ['comma', 'semicolon', 'tab', 'pipe', 'colon', 'space'],
  quote: ['"', "'", 'none'],
  encoding: [
    'utf-8',
    'cp1252',
    'iso-8859-15',
    'cp1250',
    'cp1251',
    'utf-16',
    'shift_jis',
    'gb18030',
    'cp437',
    'cp850',
  ],
  header: ['0', '1', '2'],
}

type Dialect = Preview['dialect']
const FOUND: Readonly<Partial<Record<Field, (dialect: Dialect) => string>>> = {
  delimiter: ({ delimiter }) => delimiter,
  quote: ({ quote }) => quote,
  encoding: ({ encoding }) => encoding,
  header: ({ header_rows }) => String(header_rows),
  skip: ({ skip_rows }) => String(skip_rows),
}

type Props = {
  fields: readonly Field[]
  choice: ReadingChoice
  /** As the file is read now, undefined while that is not known. */
  dialect: Dialect | undefined
  refusal: { spot: Spot | null; words: string } | null
  onChange: (change: Partial<ReadingChoice>) => void
}

/** What can be said of how a file is read; an empty field shows what was found. */
export const CheckFields = ({ fields, choice, dialect, refusal, onChange }: Props) => {
  const words = useLaterText().reading
  const found = (field: Field): string => {
    const value = dialect && FOUND[field]?.(dialect)
    return value === undefined ? '' : words.found(words.signs[value] ?? value)
  }
  const refusalAt = (spot: Spot) => (refusal?.spot === spot ? refusal.words : undefined)
  return (
    <div role="group" className={classes.fields} aria-label={words.options}>
      {fields.map((field) => (
        <Autocomplete
          key={field}
          size="xs"
          className={classes.field}
          label={words.fields[field]}
          placeholder={found(field)}
          data={CHOICES[field] ?? []}
          comboboxProps={{ withinPortal: false }}
          filter={({ options }) => options}
          value={choice[field]}
          error={refusalAt(field)}
          onChange={(value) => onChange({ [field]: value })}
        />
      ))}
      <TagsInput
        size="xs"
        className={classes.wide}
        label={words.missing}
        description={words.missingWords}
        value={choice.missing}
        error={refusalAt('missing')}
        maxTags={100}
        comboboxProps={{ withinPortal: false }}
        onChange={(missing) => onChange({ missing })}
      />
    </div>
  )
}
