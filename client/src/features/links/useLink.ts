import { useEffect, useState } from 'react'
import { baseApi } from '../../api/baseApi'
import { useReadLinkQuery } from '../../api/linksApi'
import { isMissing, problemFromBody } from '../../api/problem'
import { linkOpened, selectSessionStatus, signedOut } from '../../api/session'
import { useAppDispatch, useAppSelector } from '../../store/hooks'
import { forgetToken, keepToken, keptToken } from './openedLink'

/** How far a link is: `ended` tells that it was open on this page before. */
export type LinkState =
  | { at: 'asking' }
  | { at: 'open'; fileId: string }
  | { at: 'password'; ended: boolean }
  | { at: 'refused' }
  | { at: 'failed'; error: unknown }

/** Whether the server knows no such link: never, or no more. */
export const isNoLink = (error: object): boolean =>
  ('code' in error && error.code === 'unknown_link') || isMissing(error)

/**
 * Opens a link: at once, or by what its password gave in this tab before. When the server lets it in no more,
 * everything that the page knows of the file goes, and the server is asked anew what the link is.
 */
export const useLink = (link: string) => {
  const dispatch = useAppDispatch()
  const status = useAppSelector(selectSessionStatus)
  const { currentData, error, refetch } = useReadLinkQuery(link)
  const [ended, setEnded] = useState(false)
  const usable = currentData?.has_password ? keptToken(link) : link
  const opens = currentData !== undefined && usable !== null && !ended && status !== 'linked'
  useEffect(() => {
    if (opens && status !== 'expired') dispatch(linkOpened(usable))
  }, [dispatch, opens, status, usable])
  useEffect(() => {
    if (status !== 'expired') return
    forgetToken()
    setEnded(true)
    dispatch(signedOut())
    dispatch(baseApi.util.resetApiState())
  }, [dispatch, status])
  const open = (token: string) => {
    if (currentData?.has_password) keepToken(link, token)
    setEnded(false)
    dispatch(linkOpened(token))
  }
  const state = (): LinkState => {
    if (error) return isNoLink(error) ? { at: 'refused' } : { at: 'failed', error }
    if (currentData === undefined || status === 'expired' || opens) return { at: 'asking' }
    if (status === 'linked') return { at: 'open', fileId: currentData.file_id }
    return currentData.has_password
      ? { at: 'password', ended }
      : { at: 'failed', error: problemFromBody(401, null) }
  }
  return { state: state(), open, askAgain: refetch, retry: () => (error ? void refetch() : open(link)) }
}
