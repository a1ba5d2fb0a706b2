import type { AppStore, Extra } from '../../../store/state'
import type { UploadCommand } from '../types'
import type { Leaders } from './openEngine'

declare module '../../../store/state' {
  interface Extra {
    uploadLeaders: Leaders
  }
}

/**
 * Gives the signed-in user an upload engine; its code is loaded on the side, and what is asked of it
 * meanwhile waits. Returns how to leave it again, which pauses and keeps everything. `link`: the token of the upload
 * link by which somebody without an account sends, and `userId` what stands for it in this browser.
 */
export const startUploads =
  (userId: string, store: AppStore, link: string | null = null) =>
  (_: unknown, __: unknown, { uploads, uploadLeaders }: Extra): (() => void) => {
    const opening = import('./openEngine').then(({ openEngine }) =>
      openEngine(userId, store, uploadLeaders, link),
    )
    const mine = {
      send: (command: UploadCommand) => void opening.then((engine) => engine.send(command)),
      stop: () => void opening.then((engine) => engine.stop()),
    }
    uploads.current = mine
    return () => {
      mine.stop()
      if (uploads.current === mine) uploads.current = null
    }
  }
