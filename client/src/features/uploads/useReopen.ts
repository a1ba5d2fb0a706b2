import { useAppDispatch } from '../../app/hooks'
import { text } from '../../i18n/language'
import { toastProblem } from '../../shared/toast'
import { sendUpload } from './commands'
import { reopen } from './fileHandles'
import type { UploadRow } from './types'

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
