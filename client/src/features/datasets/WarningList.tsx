import type { Warned } from '../../api/types'
import { warnings as german } from '../../i18n/de/warnings'
import { warnings as english } from '../../i18n/en/warnings'
import { type Language, useLanguage, useText } from '../../i18n/language'
import classes from './Dataset.module.css'

/** These come with the first table, not with the first page. */
const WORDS: Record<Language, Readonly<Record<string, string>>> = { en: english, de: german }

/** What was mended or skipped while the file was read: in words, with the first line and how often. */
export const WarningList = ({ warnings }: { warnings: Warned[] }) => {
  const words = useText().datasets.warnings
  const said = WORDS[useLanguage()]
  if (warnings.length === 0) return null
  return (
    <section aria-labelledby="warnings-title">
      <div className={classes.sectionHead}>
        <h2 id="warnings-title">{words.title(warnings.length)}</h2>
      </div>
      <ul className={classes.warnings} aria-label={words.label}>
        {warnings.map(({ code, line, count, text }) => (
          <li key={code}>
            <span>
              {said[code] ?? code.replaceAll('_', ' ')}, {words.at(line, count)}
            </span>
            {text && <code>{text}</code>}
          </li>
        ))}
      </ul>
    </section>
  )
}
