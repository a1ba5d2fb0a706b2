import { counted } from '../count'
import type { uploadLinks as english } from '../en/uploadLinks'

export const uploadLinks: typeof english = {
  words:
    'Was du hier auswählst oder ablegst, geht an die Person, die dir diesen Link gegeben hat. Du brauchst kein Konto.',
  until: (time) => `bis ${time}`,
  filesLeft: (n) => `${counted(n, 'Datei kann', 'Dateien können')} noch kommen`,
  bytesLeft: (size) => `${size} können noch kommen`,
  largest: (size) => `höchstens ${size} für eine Datei`,
  kinds: (endings) => `nur ${endings}`,
  drop: 'Lege Dateien oder Ordner irgendwo auf dieser Seite ab, oder',
  full: 'Über diesen Link kann nichts mehr kommen. Was gesendet wurde, ist da.',
  over: 'Die Zeit dieses Links ist abgelaufen',
  overWords: 'Was angekommen ist, ist da. Wer dir den Link gegeben hat, kann einen neuen erstellen.',
  unknown: 'Dieser Link nimmt nichts an',
  unknownWords:
    'Er wurde zurückgenommen, oder ein Teil ging unterwegs verloren. Wer ihn dir gegeben hat, kann einen neuen erstellen.',
  failed: 'Der Link konnte nicht geöffnet werden',
  title: 'Dateien anfordern',
  note: 'Wer einen Upload-Link hat, kann dir ohne Konto Dateien schicken und sieht dabei nichts von dir.',
  name: 'Wofür',
  end: 'Bis (kann offen bleiben)',
  past: 'Diese Zeit ist schon vorbei',
  maxFiles: 'Höchstens Dateien',
  maxSize: 'Höchstens Megabyte zusammen',
  extensions: 'Arten von Dateien, etwa .csv, .xlsx',
  anyNumber: 'beliebig viele',
  all: 'alle',
  make: 'Link erstellen',
  list: 'Deine Upload-Links',
  came: (n, size) => `${counted(n, 'Datei', 'Dateien')}, ${size}`,
  endless: 'ohne Ende',
  ended: (time) => `abgelaufen ${time}`,
  take: (name) => `Den Link ${name} zurücknehmen`,
  takeWord: 'Zurücknehmen',
  taken: 'Der Link ist zurückgenommen: Über ihn kommt nichts mehr.',
}
