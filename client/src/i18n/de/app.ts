import { counted } from '../count'
import type { Messages } from '../en'

export const app: Messages['app'] = {
  skip: 'Zum Inhalt',
  broke: {
    title: 'Diese Seite ist kaputtgegangen',
    safe: 'Die Dateien auf dem Server sind sicher, und offene Uploads können nach dem Neuladen weitergehen.',
    reload: 'Seite neu laden',
  },
  notFound: {
    title: 'Diese Seite gibt es nicht',
    words: 'Unter dieser Adresse ist nichts:',
    list: 'Zu den Dateien',
  },
  signals: 'Signale',
  sql: 'SQL',
  connection: {
    offline: 'Offline',
    offlineWhy: 'Kein Netz',
    live: 'Live',
    liveWhy: 'Änderungen erscheinen von selbst',
    connecting: 'Verbindet',
    reconnecting: 'Verbindet neu',
    waiting: 'Wartet auf den Server',
  },
  offline: {
    title: 'Du bist offline.',
    uploads: (n) =>
      n === 1 ? '1 Upload geht von selbst weiter.' : `${counted(n, '', 'Uploads')} gehen von selbst weiter.`,
    pages: 'Die Seite holt alles nach, sobald du wieder da bist.',
  },
  slow: 'Der Server antwortet noch nicht.',
  theme: { label: 'Farben', light: 'Hell', dark: 'Dunkel', auto: 'Wie das System' },
  language: 'Sprache',
  account: {
    of: (name) => `Konto von ${name}`,
    signedInAs: (name) => `Angemeldet als ${name}`,
    signOut: 'Abmelden',
    keys: 'Tastenkürzel',
    security: 'Passwort und Sitzungen',
    administration: 'Verwaltung',
  },
  bell: {
    label: (unread) => (unread === 0 ? 'Mitteilungen' : `Mitteilungen, ${unread} ungelesen`),
    title: 'Mitteilungen',
    empty:
      'Was geschieht, während du wegsiehst, steht hier: Dateien, die Tabellen wurden, und Dateien, die andere teilen.',
    clear: 'Alle entfernen',
    shared: (owner) => `${owner} hat eine Datei geteilt`,
    sharedToEdit: (owner) => `${owner} hat eine Datei freigegeben; du darfst ihre Zeilen ändern`,
    announced: (owner) => `${owner} hat eine Datei hinzugefügt, die nicht für dich freigegeben ist`,
    announcedByNobody: 'Jemand hat eine Datei hinzugefügt',
    done: (rows) => `Fertig, ${rows}`,
    kept: 'Gespeichert',
    rejects: (n) => `${counted(n, 'Zeile war', 'Zeilen waren')} nicht lesbar`,
    failed: 'Wurde keine Tabelle',
  },
  system: {
    ask: 'Sag mir, wenn Uploads fertig sind',
    finished: (n) => `${counted(n, 'Datei', 'Dateien')} hochgeladen`,
    failed: (n) => `${counted(n, 'Upload', 'Uploads')} gescheitert`,
  },
}
