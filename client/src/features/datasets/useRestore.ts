import { useRestoreVersionMutation } from '../../api/datasetHistory'
import { detailOf } from '../../api/problem'
import { laterText } from '../../i18n/later'
import { toastNote, toastProblem } from '../../shared/toast'
import { useDatasetView } from './useDatasetView'

/** Brings an old version back as a new one, and shows that. Nothing is lost by it. */
export const useRestore = (id: string) => {
  const { change } = useDatasetView()
  const [restoreVersion] = useRestoreVersionMutation()
  return async (version: number): Promise<void> => {
    const words = laterText().datasets.history
    try {
      await restoreVersion({ id, version }).unwrap()
      change({ version: null })
      toastNote(words.restored(version))
    } catch (error) {
      toastProblem(words.notRestored, detailOf(error))
    }
  }
}
