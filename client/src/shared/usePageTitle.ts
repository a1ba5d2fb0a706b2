import { useEffect } from 'react'
import { isolated } from '../i18n/isolate'
import { setTitlePart } from './documentTitle'

/** Names the page in the title of the window while it is shown; null names nothing. */
export const usePageTitle = (name: string | null): void => {
  useEffect(() => {
    setTitlePart('page', name === null ? null : isolated(name))
    return () => setTitlePart('page', null)
  }, [name])
}
