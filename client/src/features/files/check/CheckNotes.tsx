import type { Preview } from '../../../api/readingApi'
import { useLaterText } from '../../../i18n/later'
import classes from './CheckNotes.module.css'

/** The server tells of no more rejects than these. */
const REJECTS_MAX = 20

/** How much was looked at, what was mended, and which lines cannot be read so. */
export const CheckNotes = ({ preview: { rejects, warnings, looked_at, columns } }: { preview: Preview }) => {
  const { reading: words, warnings: said, datasets } = useLaterText()
  return (
    <div className={classes.notes}>
      <p>
        {words.looked(looked_at.rows, columns.length)} –{' '}
        {looked_at.complete ? words.complete : words.beginning}
      </p>
      {warnings.map(({ code, line, count, text }) => (
        <p key={code} className={classes.warning}>
          {said[code] ?? code.replaceAll('_', ' ')}
          {line > 0 && `, ${datasets.warnings.at(line, count)}`} {text && <code>{text}</code>}
        </p>
      ))}
      {rejects.length > 0 && (
        <details className={classes.rejects}>
          <summary>
            {rejects.length < REJECTS_MAX
              ? words.rejects(rejects.length)
              : words.moreRejects(REJECTS_MAX - 1)}
          </summary>
          <ul aria-label={words.rejectLabel}>
            {rejects.map(({ n, line, code, text }) => (
              <li key={n}>
                {words.line(line)}, {datasets.rejects.reasons[code] ?? code.replaceAll('_', ' ')}:{' '}
                <code>{text.slice(0, 200)}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}
