import { counted } from '../count'
import type { Messages } from '../en'

export const shared: Messages['shared'] = {
  timeLeft: {
    unknown: 'wird geschätzt',
    few: 'noch ein paar Sekunden',
    seconds: (n) => `noch ${n} s`,
    minutes: (n) => `noch ${n} min`,
    hours: (n) => `noch ${n} h`,
  },
  today: (clock) => `Heute, ${clock}`,
  status: {
    uploading: 'Lädt hoch',
    still: 'Unfertig',
    processing: 'Wird gelesen',
    done: 'Fertig',
    error: 'Fehler',
  },
  undo: 'Rückgängig',
  cancel: 'Abbrechen',
  close: 'Schließen',
  tryAgain: 'Noch einmal',
  closeMessage: 'Meldung schließen',
  rows: (n) => counted(n, 'Zeile', 'Zeilen'),
  columns: (n) => counted(n, 'Spalte', 'Spalten'),
  files: (n) => counted(n, 'Datei', 'Dateien'),
  problem: {
    unreachable: 'Der Server ist nicht erreichbar.',
    missing: 'Diese Datei gibt es nicht, oder sie ist nicht mit dir geteilt.',
    tooMany: 'Zu viele Versuche. Warte einen Moment.',
    server: (status) => `Der Server hat ein Problem (${status}). Versuche es gleich noch einmal.`,
    refused: (status) => `Der Server hat das abgelehnt (${status}).`,
  },
}
