import type { ApiStore } from './apiState'
import { checkSession, sessionIs } from './authApi'
import { onTabs } from './tabs'

/**
 * Keeps this tab with the account that the browser is signed in with: the other tabs tell at once, and who comes
 * back to this one asks the server. Returns how to stop.
 */
export const followSession = (store: ApiStore): (() => void) => {
  const stop = onTabs((user) => store.dispatch(sessionIs(user)))
  const look = () => {
    const { status } = store.getState().session
    if (document.visibilityState === 'visible' && (status === 'in' || status === 'out'))
      void store.dispatch(checkSession())
  }
  const listening = new AbortController()
  const { signal } = listening
  window.addEventListener('focus', look, { signal })
  document.addEventListener('visibilitychange', look, { signal })
  return () => {
    stop()
    listening.abort()
  }
}
