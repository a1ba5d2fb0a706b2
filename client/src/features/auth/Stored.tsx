import { useUsageQuery } from '../../api/authApi'
import { detailOf } from '../../api/problem'
import { useText } from '../../i18n/language'
import { storedWords } from './storedWords'

/** How much is stored and of how much, as it is when this is opened. */
export const Stored = () => {
  const words = useText().auth.account
  const { data, error } = useUsageQuery(undefined, { refetchOnMountOrArgChange: true })
  if (error) return <>{detailOf(error)}</>
  return <>{data ? storedWords(data, words) : '…'}</>
}
