import { expect, test } from 'vitest'
import { uploadRow } from '../testUpload'
import type { UploadCommand, UploadPhase } from '../types'
import { eventsFor } from './commandEvents'

const PHASES: UploadPhase[] = [
  'checking',
  'queued',
  'uploading',
  'paused',
  'waiting',
  'retrying',
  'interrupted',
  'needs-file',
  'cancelling',
  'uploaded',
  'failed',
]
/** One row in each phase, named after it. */
const rows = PHASES.map((phase) => uploadRow({ id: phase, phase, fileId: `file of ${phase}` }))
const meant = (command: UploadCommand) =>
  eventsFor(command, rows).map((event) => [
    event.type,
    ...('ids' in event ? event.ids : 'id' in event ? [event.id] : []),
  ])

test.each<[UploadCommand, string[][]]>([
  [{ type: 'pauseAll' }, [['pauseMany', 'checking', 'queued', 'uploading', 'waiting', 'retrying']]],
  [{ type: 'resumeAll' }, [['resume', 'paused']]],
  [{ type: 'recoverAll' }, [['enqueue', 'interrupted']]],
  [{ type: 'clearFailed' }, [['cancel', 'failed']]],
  [{ type: 'wake' }, [['retryNow', 'retrying']]],
  [{ type: 'clearFinished' }, []],
  [{ type: 'add', files: [] }, []],
  [{ type: 'reselect', id: 'needs-file', file: new File([], 'a.csv') }, []],
  [{ type: 'forget', fileId: 'file of paused' }, [['remove', 'paused']]],
  [
    { type: 'discard', ids: ['interrupted', 'needs-file'] },
    [
      ['cancel', 'interrupted'],
      ['cancel', 'needs-file'],
    ],
  ],
  [{ type: 'undoDiscard', ids: ['cancelling'] }, [['undoCancel', 'cancelling']]],
  [{ type: 'markUploaded', ids: ['interrupted'] }, [['markUploaded', 'interrupted']]],
])('%o of all', (command, events) => expect(meant(command)).toEqual(events))

test.each(['pause', 'resume', 'cancel', 'undoCancel', 'retry', 'retryNow', 'prioritize'] as const)(
  '%s is about one file',
  (type) => expect(meant({ type, id: 'uploading' })).toEqual([[type, 'uploading']]),
)
