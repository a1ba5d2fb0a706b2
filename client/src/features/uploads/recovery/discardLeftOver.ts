import { text } from '../../../i18n/language'
import { toastUndo } from '../../../shared/toast'
import type { AppDispatch } from '../../../store/state'
import { sendUpload } from '../commands'
import { askServer } from '../serverUploads'
import type { UploadRow } from '../types'

/** Of very many only the first are asked about at once; each is asked about again before it is deleted. */
const ASKED_MAX = 30

/** Takes what is left over away, with a way back. What the server has completely is no upload any more, and stays. */
export const discardLeftOver =
  (rows: UploadRow[]) =>
  async (dispatch: AppDispatch): Promise<void> => {
    const answers = await Promise.all(
      rows.slice(0, ASKED_MAX).map(({ uploadUrl }) => (uploadUrl ? askServer(uploadUrl) : null)),
    )
    const complete = rows.filter((_, at) => answers[at] === 'complete').map(({ id }) => id)
    const ids = rows.map(({ id }) => id).filter((id) => !complete.includes(id))
    const words = text().uploads.recovery
    dispatch(sendUpload({ type: 'markUploaded', ids: complete }))
    if (ids.length === 0) return
    dispatch(sendUpload({ type: 'discard', ids }))
    toastUndo(words.discarded(ids.length), () => dispatch(sendUpload({ type: 'undoDiscard', ids })))
  }
