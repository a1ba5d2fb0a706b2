import { NativeSelect, TextInput } from '@mantine/core'
import { COLUMN_TYPES } from '../../../api/datasetColumns'
import type { Preview } from '../../../api/readingApi'
import { useText } from '../../../i18n/language'
import { useLaterText } from '../../../i18n/later'
import { Name } from '../../../shared/Name'
import { NoValue } from '../../../shared/NoValue'
import { ownValue } from '../../../shared/ownValue'
import { ScrollBox } from '../../../shared/ScrollBox'
import classes from './CheckTable.module.css'
import type { ReadingChoice, TypeWish } from './readingChoice'

/** More columns than these would make the form slow; the others keep what is found. */
const COLUMNS_MAX = 200
const ROWS_SHOWN = 30
const NUMERIC = /^(int|decimal|double)/

type Types = ReadingChoice['types']
type Column = Preview['columns'][number]
type HeadProps = { column: Column; wish: TypeWish | undefined; onWish: (wish: TypeWish | null) => void }

const Head = ({ column, wish, onWish }: HeadProps) => {
  const words = useLaterText().reading
  const found = [column.type, column.style].filter((part, at) => at === 0 || part !== column.type).join(' · ')
  return (
    <th scope="col">
      <Name>{column.name}</Name>
      <NativeSelect
        size="xs"
        mt={4}
        aria-label={words.typeOf(column.name)}
        data={[
          { value: '', label: wish ? words.automatic('…') : words.automatic(found) },
          ...COLUMN_TYPES.map((type) => ({ value: type, label: type })),
        ]}
        value={wish?.type ?? ''}
        onChange={({ currentTarget: { value } }) => onWish(value === '' ? null : { type: value, style: '' })}
      />
      {wish && wish.type !== 'text' && (
        <TextInput
          size="xs"
          mt={4}
          aria-label={words.styleOf(column.name)}
          placeholder={words.styleHint}
          value={wish.style}
          onChange={({ currentTarget: { value } }) => onWish({ ...wish, style: value })}
        />
      )}
    </th>
  )
}

type Props = { preview: Preview; types: Types; onTypes: (types: Types) => void }

/** The first rows as they would be, each column with its type, which can be another one. */
export const CheckTable = ({ preview, types, onTypes }: Props) => {
  const words = useLaterText().reading
  const { preview: cells } = useText().files
  const columns = preview.columns.slice(0, COLUMNS_MAX)
  const wish = (name: string, wanted: TypeWish | null) => {
    const { [name]: _, ...others } = types
    onTypes(wanted ? { ...others, [name]: wanted } : others)
  }
  return (
    <ScrollBox label={words.preview} maxHeight="min(44vh, 420px)">
      <table className={classes.rows}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head
                key={column.name}
                column={column}
                wish={ownValue(types, column.name)}
                onWish={(wanted) => wish(column.name, wanted)}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {preview.rows.slice(0, ROWS_SHOWN).map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place in the file
            <tr key={index}>
              {columns.map(({ name, type }) => (
                <td key={name} data-numeric={NUMERIC.test(type) || undefined}>
                  {row[name] === null || row[name] === undefined ? (
                    <NoValue>{cells.null}</NoValue>
                  ) : (
                    <bdi>{String(row[name]).slice(0, 200)}</bdi>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  )
}
