import { Skeleton } from '@mantine/core'
import { type MouseEvent, type ReactNode, useEffect } from 'react'
import { baseApi } from '../../api/baseApi'
import { NotLoaded } from '../../display/NotLoaded'
import { useLaterText } from '../../i18n/later'
import { focusMain } from '../../shared/focusMain'
import { useAppDispatch } from '../../store/hooks'
import { LinkOver } from './LinkOver'
import { LinkPassword } from './LinkPassword'
import { useLink } from './useLink'

type Props = { token: string; show: (fileId: string) => ReactNode }

/** No event tells this page what happens to the file, or that the link is over: it asks when it is looked at again. */
const Opened = ({ children }: { children: ReactNode }) => {
  const dispatch = useAppDispatch()
  useEffect(focusMain, [])
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === 'visible') dispatch(baseApi.util.invalidateTags(['File', 'Dataset']))
    }
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [dispatch])
  // A download that is refused says nothing on the page: the page asks beside it whether the link is still good.
  const lookBesideDownload = ({ target }: MouseEvent) => {
    if (target instanceof Element && target.closest('a[download]') !== null)
      dispatch(baseApi.util.invalidateTags(['File']))
  }
  return <div onClickCapture={lookBesideDownload}>{children}</div>
}

/** Lets whoever has a link in, asks for its password, or says that it opens nothing. */
export const LinkGate = ({ token, show }: Props) => {
  const words = useLaterText().links
  const { state, open, askAgain, retry } = useLink(token)
  if (state.at === 'open') return <Opened>{show(state.fileId)}</Opened>
  if (state.at === 'password')
    return <LinkPassword link={token} ended={state.ended} onOpen={open} onOver={askAgain} />
  if (state.at === 'refused') return <LinkOver title={words.over} words={words.overWords} />
  if (state.at === 'failed') return <NotLoaded title={words.failed} error={state.error} onRetry={retry} />
  return <Skeleton height={320} aria-busy="true" />
}
