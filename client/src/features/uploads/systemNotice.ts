import { text } from '../../i18n/language'
import type { UploadTotals } from './uploadsSlice'

/** Pure: what to tell somebody who looks elsewhere: everything is through, or something failed. */
export const hiddenNote = (before: UploadTotals, after: UploadTotals): string | null => {
  const words = text().app.system
  if (after.failed > before.failed) return words.failed(after.failed)
  const ended = before.moving > 0 && after.moving === 0 && after.paused === 0
  return ended && after.finished > 0 ? words.finished(after.finished) : null
}

/** A notification of the system, only while the page is hidden and only where it was allowed. */
export const tellWhenHidden = (before: UploadTotals, after: UploadTotals): void => {
  if (document.visibilityState === 'visible') return
  if (!('Notification' in window) || Notification.permission !== 'granted') return
  const note = hiddenNote(before, after)
  if (note !== null) new Notification('Parquay', { body: note, icon: '/mark.svg', tag: 'parquay-uploads' })
}
