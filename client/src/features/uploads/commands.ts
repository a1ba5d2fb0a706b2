import type { Extra } from '../../store/state'
import type { PickedFile, UploadCommand } from './types'

/** Whoever really moves the bytes: this tab, or the tab that got there first. */
export type UploadEngine = { send: (command: UploadCommand) => void; stop: () => void }

declare module '../../store/state' {
  interface Extra {
    /** The upload engine of the signed-in user, or of an upload link,, which holds the Files. */
    uploads: { current: UploadEngine | null }
  }
}

/** Files may travel through a thunk's argument; they never enter an action. */
export const sendUpload =
  (command: UploadCommand) =>
  (_: unknown, __: unknown, { uploads }: Extra): void =>
    uploads.current?.send(command)

export const addFiles = (files: PickedFile[]) => sendUpload({ type: 'add', files })
