import type { Usage } from '../../api/types'
import type { Messages } from '../../i18n/en'
import { formatBytes } from '../../shared/format'

/** Pure: what is stored with its parts, and of how much where there is a quota. */
export const storedWords = (
  { quota_bytes: quota, used_bytes: { uploads, tables } }: Usage,
  words: Messages['auth']['account'],
): string => {
  const used = formatBytes(uploads + tables)
  const sum = quota === null ? words.stored(used) : words.storedOf(used, formatBytes(quota))
  return `${sum}: ${words.storedAs(formatBytes(uploads), formatBytes(tables))}`
}
