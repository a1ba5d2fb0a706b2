import { number } from '../count'
import type { sameName as english } from '../en/sameName'

export const sameName: typeof english = {
  of: (name) => `Es gibt eine Tabelle ${name}`,
  question: (name, when) => `Es gibt schon eine Tabelle ${name} (${when}). Diese hier wird`,
  answers: { new: 'eine neue Datei', replace: 'ihr neuer Inhalt', append: 'an sie angehängt' },
  answerOf: (answer, name) => `${name}: ${answer}`,
  all: 'für alle diese',
  waiting: {
    replace: 'Ihre Zeilen ersetzen die der Tabelle, sobald sie gelesen sind. Lass diese Seite offen.',
    append: 'Ihre Zeilen kommen in die Tabelle, sobald sie gelesen sind. Lass diese Seite offen.',
  },
  replaced: (version) =>
    `Ihre Zeilen sind jetzt Version ${number(version)} der Tabelle; die Datei selbst bleibt in der Liste.`,
  appended: (version) =>
    `Ihre Zeilen sind jetzt in der Tabelle, in Version ${number(version)}; die Datei selbst bleibt in der Liste.`,
  failed: 'Die Tabelle bleibt, wie sie war, und dies ist eine neue Datei.',
}
