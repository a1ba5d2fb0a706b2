import type { Cell, Column, Content } from '../../api/types'
import { useText } from '../../i18n/language'
import { formatCount } from '../../shared/format'
import { Name } from '../../shared/Name'
import { NoValue } from '../../shared/NoValue'
import { ownValue } from '../../shared/ownValue'
import { ScrollBox } from '../../shared/ScrollBox'
import { SectionHead } from '../../shared/SectionHead'
import classes from './PreviewTable.module.css'

const NUMERIC = /int|float|double|decimal|number/i
const isNumeric = ({ type }: Column) => NUMERIC.test(type)

/** `length`: characters of a cell of which only the start is sent. */
const CellText = ({ value, length }: { value: Cell | undefined; length: number | undefined }) => {
  const words = useText().files.preview
  if (value === null || value === undefined) return <NoValue>{words.null}</NoValue>
  if (value === '') return <NoValue>{words.empty}</NoValue>
  if (length === undefined) return <>{String(value)}</>
  return (
    <>
      {String(value)} <NoValue>{words.cut(formatCount(length))}</NoValue>
    </>
  )
}

/** The first rows, as a table that scrolls in its own box. */
export const PreviewTable = ({ content: { columns, rows, total, truncated = [] } }: { content: Content }) => {
  const words = useText()
  const { preview } = words.files
  const lengths = new Map(truncated.map(({ row, column, length }) => [`${row}:${column}`, length]))
  return (
    <section className={classes.preview} aria-labelledby="preview-title">
      <SectionHead id="preview-title" title={preview.title} apart>
        <span>
          {total === null
            ? words.shared.rows(rows.length)
            : preview.of(formatCount(rows.length), words.shared.rows(total))}{' '}
          · {words.shared.columns(columns.length)}
        </span>
      </SectionHead>
      <ScrollBox label={preview.label} maxHeight="min(64vh, 620px)">
        <table className={classes.rows}>
          <thead>
            <tr>
              <th scope="col" className={classes.rowNumber}>
                <span className="sr-only">{preview.row}</span>#
              </th>
              {columns.map((column) => (
                <th key={column.name} scope="col" data-numeric={isNumeric(column) || undefined}>
                  <Name>{column.name}</Name>
                  <span className={classes.type}>{column.type}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place in the file
              <tr key={index}>
                <td className={classes.rowNumber}>{index + 1}</td>
                {columns.map((column) => (
                  <td key={column.name} data-numeric={isNumeric(column) || undefined}>
                    <CellText
                      value={ownValue(row, column.name)}
                      length={lengths.get(`${index}:${column.name}`)}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  )
}
