import { counted } from '../count'

export const app = {
  skip: 'Skip to the content',
  broke: {
    title: 'This page broke',
    safe: 'Files on the server are safe, and unfinished uploads can go on after a reload.',
    reload: 'Reload the page',
  },
  notFound: {
    title: 'There is no such page',
    words: 'Nothing is at this address:',
    list: 'To the files',
  },
  signals: 'Signals',
  sql: 'SQL',
  connection: {
    offline: 'Offline',
    offlineWhy: 'No network',
    live: 'Live',
    liveWhy: 'Changes appear by themselves',
    connecting: 'Connecting',
    reconnecting: 'Reconnecting',
    waiting: 'Waiting for the server',
  },
  offline: {
    title: 'You are offline.',
    uploads: (n: number) => `${counted(n, 'upload', 'uploads')} will go on by themselves.`,
    pages: 'The page catches up when you are back.',
  },
  slow: 'The server does not answer yet.',
  theme: { label: 'Theme', light: 'Light', dark: 'Dark', auto: 'System' },
  language: 'Language',
  account: {
    of: (name: string) => `Account of ${name}`,
    signedInAs: (name: string) => `Signed in as ${name}`,
    signOut: 'Sign out',
    keys: 'Keyboard shortcuts',
    security: 'Password and sessions',
    administration: 'Administration',
  },
  bell: {
    label: (unread: number) => (unread === 0 ? 'Notifications' : `Notifications, ${unread} unread`),
    title: 'Notifications',
    empty:
      'What happens while you look away is kept here: files that became tables, and files that others share.',
    clear: 'Clear all',
    shared: (owner: string) => `${owner} shared a file`,
    sharedToEdit: (owner: string) => `${owner} shared a file; you may edit its rows`,
    announced: (owner: string) => `${owner} added a file that is not shared with you`,
    announcedByNobody: 'Somebody added a file',
    done: (rows: string) => `Ready, ${rows}`,
    kept: 'Stored',
    rejects: (n: number) => `${counted(n, 'row', 'rows')} could not be read`,
    failed: 'Did not become a table',
  },
  system: {
    ask: 'Tell me when uploads finish',
    finished: (n: number) => `${counted(n, 'file', 'files')} uploaded`,
    failed: (n: number) => `${counted(n, 'upload', 'uploads')} failed`,
  },
}
