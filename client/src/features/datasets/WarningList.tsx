import type { Warned } from '../../api/types'
import { useLaterText } from '../../i18n/later'
import { SectionHead } from '../../shared/SectionHead'
import classes from './WarningList.module.css'

/** What was mended or skipped while the file was read: in words, with the first line and how often. Line 0: the upload itself is meant. */
export const WarningList = ({ warnings }: { warnings: Warned[] }) => {
  const { datasets, warnings: said } = useLaterText()
  const words = datasets.warnings
  if (warnings.length === 0) return null
  return (
    <section aria-labelledby="warnings-title">
      <SectionHead id="warnings-title" title={words.title(warnings.length)} />
      <ul className={classes.warnings} aria-label={words.label}>
        {warnings.map(({ code, line, count, text }) => (
          <li key={code}>
            <span>
              {said[code] ?? code.replaceAll('_', ' ')}
              {line > 0 && `, ${words.at(line, count)}`}
            </span>
            {text && <code>{text}</code>}
          </li>
        ))}
      </ul>
    </section>
  )
}
