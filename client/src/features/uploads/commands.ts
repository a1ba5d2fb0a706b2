import type { Extra } from '../../app/store'
import type { PickedFile, UploadCommand } from './types'

/** Whoever really moves the bytes: this tab, or the tab that got there first. */
export type UploadEngine = { send: (command: UploadCommand) => void; stop: () => void }

/** Files may travel through a thunk's argument; they never enter an action. */
export const sendUpload =
  (command: UploadCommand) =>
  (_: unknown, __: unknown, { uploads }: Extra): void =>
    uploads.current?.send(command)

export const addFiles = (files: PickedFile[]) => sendUpload({ type: 'add', files })
