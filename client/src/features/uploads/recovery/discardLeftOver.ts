import { text } from '../../../i18n/language'
import { toastUndo } from '../../../shared/toast'
import type { AppDispatch } from '../../../store/state'
import { sendUpload } from '../commands'
import { askServer } from '../serverUploads'
import type { UploadRow } from '../types'

/** Of very many only the first are asked about at once; each is asked about again before it is deleted. */
const MOST_ASKED = 30

/** Takes what is left over away, with a way back. What the server has whole is no upload any more, and stays. */
export const discardLeftOver =
  (rows: UploadRow[]) =>
  async (dispatch: AppDispatch): Promise<void> => {
    const answers = await Promise.all(
      rows.slice(0, MOST_ASKED).map(({ uploadUrl }) => (uploadUrl ? askServer(uploadUrl) : null)),
    )
    const whole = rows.filter((_, at) => answers[at] === 'whole').map(({ id }) => id)
    const ids = rows.map(({ id }) => id).filter((id) => !whole.includes(id))
    const words = text().uploads.recovery
    dispatch(sendUpload({ type: 'settle', ids: whole }))
    if (ids.length === 0) return
    dispatch(sendUpload({ type: 'discard', ids }))
    toastUndo(words.discarded(ids.length), () => dispatch(sendUpload({ type: 'undoDiscard', ids })))
  }
