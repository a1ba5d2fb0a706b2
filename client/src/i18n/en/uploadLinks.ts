import { counted } from '../count'

export const uploadLinks = {
  // The page of an upload link
  words:
    'Whatever you choose or drop here is sent to the person who gave you this link. You need no account.',
  until: (time: string) => `until ${time}`,
  filesLeft: (n: number) => `${counted(n, 'file', 'files')} can still come`,
  bytesLeft: (size: string) => `${size} can still come`,
  largest: (size: string) => `${size} at most for a file`,
  kinds: (endings: string) => `only ${endings}`,
  drop: 'Drop files or folders anywhere on this page, or',
  full: 'Nothing more can come by this link. What was sent is there.',
  over: 'The time of this link is over',
  overWords: 'What has come is there. Whoever gave it to you can make a new one.',
  unknown: 'This link takes nothing',
  unknownWords:
    'It was taken back, or a part of it got lost on the way. Whoever gave it to you can make a new one.',
  failed: 'The link could not be opened',
  // Making links
  title: 'Request files',
  note: 'Whoever has an upload link can send you files without an account. They see nothing of yours.',
  name: 'What for',
  end: 'Until (can be left open)',
  past: 'This time is over already',
  maxFiles: 'Most files',
  maxSize: 'Most megabytes in all',
  extensions: 'Kinds of files, such as .csv, .xlsx',
  anyNumber: 'any number',
  all: 'all',
  make: 'Make a link',
  list: 'Your upload links',
  came: (n: number, size: string) => `${counted(n, 'file', 'files')}, ${size}`,
  endless: 'without an end',
  ended: (time: string) => `over since ${time}`,
  take: (name: string) => `Take back the link ${name}`,
  takeWord: 'Take back',
  taken: 'The link is taken back: nothing comes by it any more.',
}
