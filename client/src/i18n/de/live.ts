import { counted, number } from '../count'
import type { live as english } from '../en/live'

export const live: typeof english = {
  pages: 'Seiten der Messwerte',
  title: 'Live-Signale',
  signal: 'Gewähltes Signal',
  about: {
    ingest_rate: 'Bytes von Uploads, die in dieser Sekunde sicher gespeichert wurden.',
    active_uploads: 'Uploads, bei denen gerade Bytes ankommen.',
    queue_depth: 'Dateien, die darauf warten, gelesen zu werden, oder gerade gelesen werden.',
    random: 'Eine Zufallszahl zwischen 0 und 1.',
  },
  notLoaded: 'Die Signale können nicht gezeigt werden',
  unknown: (name) => `Es gibt kein Signal ${name}. Wähle ein anderes.`,
  reconnecting: 'Die Verbindung ist unterbrochen. Was inzwischen fehlt, wird danach geholt.',
  window: 'Zeitraum des Diagramms',
  minutes: (n) => `${n} Min.`,
  plot: (name, minutes) =>
    `${name.replaceAll('_', ' ')} in ${minutes === 1 ? 'der letzten Minute' : `den letzten ${minutes} Minuten`}`,
  facts: (count, from, to) => `${counted(count, 'Messwert', 'Messwerte')} von ${from} bis ${to}`,
  range: (least, greatest, latest) => `kleinster ${least}, größter ${greatest}, neuester ${latest}`,
  noSamples: 'Noch keine Messwerte',
  at: (time) => `um ${time}`,
  pause: 'Anhalten',
  goOn: 'Weiter',
  pausedAt: (time) => `angehalten um ${time}`,
  stored: 'Gespeicherte Messwerte',
  table: 'Messwerte',
  count: (n) => `${number(n)} aus den letzten 24 Stunden`,
  time: 'Zeit',
  value: 'Wert',
  valueIn: (unit) => `Wert in ${unit}`,
  page: (page, last) => `Seite ${page} von ${last}`,
  first: 'Erste Seite',
  previous: 'Vorige Seite',
  next: 'Nächste Seite',
}
