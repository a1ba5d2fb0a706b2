import { text } from '../../../i18n/language'
import { toastProblem } from '../../../shared/toast'
import { useAppDispatch } from '../../../store/hooks'
import { sendUpload } from '../commands'
import type { UploadRow } from '../types'
import { reopen } from './fileHandles'

/** Opens a remembered file again, which may ask the person for leave, and goes on sending it. */
export const useReopen = () => {
  const dispatch = useAppDispatch()
  return async ({ id, name }: UploadRow): Promise<void> => {
    const file = await reopen(id)
    const words = text().uploads.say
    if (file) dispatch(sendUpload({ type: 'reselect', id, file }))
    else toastProblem(words.another, words.noAccess(name))
  }
}
