import { useLaterText } from '../../../i18n/later'
import { formatCount } from '../../../shared/format'
import { NoValue } from '../../../shared/NoValue'
import { ScrollBox } from '../../../shared/ScrollBox'
import { PlainTable } from '../PlainTable'
import classes from './ChangeTable.module.css'
import type { Text } from './written'

/** `row`: its number where that is known; `fits` false: the cell stays as it is. */
export type ShownChange = {
  key: string
  row: number | null
  column: string
  before: Text
  after: Text
  fits: boolean
}

const Written = ({ text }: { text: Text }) => {
  const words = useLaterText().datasets.grid
  if (text === null) return <NoValue>{words.null}</NoValue>
  if (text === '') return <NoValue>{words.empty}</NoValue>
  return (
    <bdi className={classes.text} title={text}>
      {text}
    </bdi>
  )
}

/** Cells before and after an edit. */
export const ChangeTable = ({ changes }: { changes: ShownChange[] }) => {
  const words = useLaterText().cells
  const numbered = changes.some(({ row }) => row !== null)
  if (changes.length === 0) return null
  return (
    <ScrollBox label={words.firstChanges} maxHeight="32vh">
      <PlainTable>
        <thead>
          <tr>
            {numbered && (
              <th scope="col" data-numeric>
                {words.rowNumber}
              </th>
            )}
            <th scope="col">{words.column}</th>
            <th scope="col">{words.before}</th>
            <th scope="col">{words.after}</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ key, row, column, before, after, fits }) => (
            <tr key={key}>
              {numbered && <td data-numeric>{formatCount(row)}</td>}
              <td>
                <bdi className={classes.text}>{column}</bdi>
              </td>
              <td>
                <Written text={before} />
              </td>
              <td>
                <Written text={after} /> {!fits && <span className={classes.misfit}>({words.noFit})</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </PlainTable>
    </ScrollBox>
  )
}
