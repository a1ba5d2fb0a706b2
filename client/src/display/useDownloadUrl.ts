import { useCallback } from 'react'
import { selectLinkToken } from '../api/session'
import { useAppSelector } from '../store/hooks'

/** Pure: the address of a download as somebody with a link asks for it; the browser sends no fields with it. */
export const linkedUrl = (url: string, token: string | null): string =>
  token === null ? url : `${url}${url.includes('?') ? '&' : '?'}link=${encodeURIComponent(token)}`

/** Makes the address of a download one that this page may ask for. */
export const useDownloadUrl = (): ((url: string) => string) => {
  const token = useAppSelector(selectLinkToken)
  return useCallback((url: string) => linkedUrl(url, token), [token])
}
