import { counted } from '../count'
import type { Messages } from '../en'

export const auth: Messages['auth'] = {
  signIn: 'Anmelden',
  signInTitle: 'Bei Parquay anmelden',
  createAccount: 'Konto anlegen',
  createTitle: 'Ein Konto anlegen',
  tagline: 'Uploads, die weitergehen, und als Tabellen ankommen',
  haveAccount: 'Du hast schon ein Konto?',
  newHere: 'Neu hier?',
  username: 'Name',
  password: 'Passwort',
  passwordHint: 'Ein langes ist besser als ein kompliziertes.',
  showPassword: 'Passwort zeigen',
  again: 'Noch einmal anmelden',
  ended: 'Deine Sitzung ist zu Ende. Nichts ist verloren, die Uploads gehen nach der Anmeldung weiter.',
  somebodyElse: 'Als jemand anderes anmelden',
  wrong: 'Dieser Name und dieses Passwort gehören nicht zusammen.',
  wait: (seconds) =>
    `Zu viele Versuche. Warte ${counted(seconds, 'Sekunde', 'Sekunden')} und versuche es noch einmal.`,
  account: {
    title: 'Passwort und Sitzungen',
    old: 'Bisheriges Passwort',
    fresh: 'Neues Passwort',
    change: 'Passwort ändern',
    changed: 'Das Passwort ist geändert, alle anderen Sitzungen sind beendet.',
    sessions: 'Wo du angemeldet bist',
    since: (time) => `Seit ${time}`,
    here: 'Hier',
    end: 'Dort abmelden',
    endOthers: 'Überall sonst abmelden',
    storage: 'Speicherplatz',
    stored: (used) => `${used} belegt`,
    storedOf: (used, quota) => `${used} von ${quota} belegt`,
    storedAs: (uploads, tables) => `Uploads ${uploads}, Tabellen mit allen Versionen ${tables}`,
  },
  switched: (name) =>
    `Du bist jetzt ${name}: In einem anderen Tab dieses Browsers hat sich jemand angemeldet.`,
  keptAs: (name) => `Dein Benutzername ist gespeichert als ${name}.`,
  stillIn: 'Du bist noch angemeldet',
  failed: 'Das hat nicht geklappt. Versuche es noch einmal.',
}
