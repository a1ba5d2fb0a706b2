import { notifications } from '@mantine/notifications'
import { createListenerMiddleware } from '@reduxjs/toolkit'
import { streamChanged } from '../api/connection'
import { fileGone } from '../api/live'
import { signedOut } from '../api/session'
import { forgetUndoables } from '../shared/undoable'
import type { Extra } from '../store/state'

/** What one feature has to know of another goes through here, so that features stay apart. */
export const createListeners = ({ uploads }: Extra) => {
  const listeners = createListenerMiddleware()
  // A file deleted anywhere must not be sent on, or it would come back.
  listeners.startListening({
    actionCreator: fileGone,
    effect: ({ payload }) => uploads.current?.send({ type: 'forget', fileId: payload }),
  })
  // The event stream is back, so the server is: uploads need not wait out their retry delay.
  listeners.startListening({
    actionCreator: streamChanged,
    effect: ({ payload }) => {
      if (payload === 'live') uploads.current?.send({ type: 'wake' })
    },
  })
  // Messages name files, and what can still be undone would be done in another's name.
  listeners.startListening({
    actionCreator: signedOut,
    effect: () => {
      forgetUndoables()
      notifications.clean()
    },
  })
  return listeners.middleware
}
