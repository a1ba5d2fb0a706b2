import { counted } from '../count'

export const shared = {
  timeLeft: {
    unknown: 'estimating',
    few: 'a few seconds left',
    seconds: (n: string) => `${n} s left`,
    minutes: (n: string) => `${n} min left`,
    hours: (n: string) => `${n} h left`,
  },
  today: (clock: string) => `Today, ${clock}`,
  status: {
    uploading: 'Uploading',
    still: 'Unfinished',
    processing: 'Processing',
    done: 'Done',
    error: 'Error',
  },
  undo: 'Undo',
  cancel: 'Cancel',
  close: 'Close',
  tryAgain: 'Try again',
  closeMessage: 'Close this message',
  rows: (n: number) => counted(n, 'row', 'rows'),
  columns: (n: number) => counted(n, 'column', 'columns'),
  files: (n: number) => counted(n, 'file', 'files'),
  problem: {
    unreachable: 'The server cannot be reached.',
    missing: 'There is no such file, or it is not shared with you.',
    tooMany: 'Too many tries. Wait a moment.',
    server: (status: number) => `The server has a problem (${status}). Try again in a moment.`,
    refused: (status: number) => `The server refused this (${status}).`,
  },
}
