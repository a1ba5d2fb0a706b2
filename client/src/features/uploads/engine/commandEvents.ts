import type { OfType, UploadCommand, UploadPhase, UploadRow } from '../types'
import type { TransferEvent } from './transferMachine'

const AT_REST = new Set<UploadPhase>([
  'paused',
  'failed',
  'uploaded',
  'cancelling',
  'interrupted',
  'needs-file',
])
/** Whether a file still wants to be sent. */
export const isMoving = ({ phase }: UploadRow): boolean => !AT_REST.has(phase)

type On = {
  [T in UploadCommand['type']]?: (
    command: OfType<UploadCommand, T>,
    rows: readonly UploadRow[],
  ) => TransferEvent[]
}

const inPhase = (rows: readonly UploadRow[], phase: UploadPhase): string[] =>
  rows.filter((row) => row.phase === phase).map(({ id }) => id)
const each = <T extends string>(type: T, ids: readonly string[]): { type: T; id: string }[] =>
  ids.map((id) => ({ type, id }))

const ON: On = {
  pause: ({ id }) => [{ type: 'pause', id }],
  resume: ({ id }) => [{ type: 'resume', id }],
  cancel: ({ id }) => [{ type: 'cancel', id }],
  undoCancel: ({ id }) => [{ type: 'undoCancel', id }],
  retry: ({ id }) => [{ type: 'retry', id }],
  retryNow: ({ id }) => [{ type: 'retryNow', id }],
  prioritize: ({ id }) => [{ type: 'prioritize', id }],
  pauseAll: (_, rows) => [{ type: 'pauseMany', ids: rows.filter(isMoving).map(({ id }) => id) }],
  resumeAll: (_, rows) => each('resume', inPhase(rows, 'paused')),
  recoverAll: (_, rows) => each('enqueue', inPhase(rows, 'interrupted')),
  clearFailed: (_, rows) => each('cancel', inPhase(rows, 'failed')),
  wake: (_, rows) => each('retryNow', inPhase(rows, 'retrying')),
  discard: ({ ids }) => each('cancel', ids),
  undoDiscard: ({ ids }) => each('undoCancel', ids),
  markUploaded: ({ ids }) => each('markUploaded', ids),
  forget: ({ fileId }, rows) =>
    each(
      'remove',
      rows.filter((row) => row.fileId === fileId).map(({ id }) => id),
    ),
}

/** Pure: what a command means for the files that Uppy holds, of which `rows` are all. */
export const eventsFor = (command: UploadCommand, rows: readonly UploadRow[]): TransferEvent[] =>
  (
    ON[command.type] as ((command: UploadCommand, rows: readonly UploadRow[]) => TransferEvent[]) | undefined
  )?.(command, rows) ?? []
