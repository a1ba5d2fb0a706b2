import { useEffect } from 'react'
import { Outlet } from 'react-router'
import { onlineChanged } from '../api/connection'
import { openEvents } from '../api/events'
import { selectSessionStatus, selectUser } from '../api/session'
import { SessionDialog } from '../features/auth/SessionDialog'
import { DropOverlay } from '../features/uploads/DropOverlay'
import { guardUploads } from '../features/uploads/guards'
import { startUploads } from '../features/uploads/startUploads'
import { UploadDock } from '../features/uploads/UploadDock'
import { selectAnnouncement } from '../shared/announce'
import { toastShared } from '../shared/toast'
import { Header } from './Header'
import { useAppDispatch, useAppSelector, useAppStore } from './hooks'
import { OfflineBanner } from './OfflineBanner'
import classes from './Shell.module.css'

/** Uploads belong to the user, not to the session: they stay over signing in again. */
const useUploads = () => {
  const dispatch = useAppDispatch()
  const store = useAppStore()
  const userId = useAppSelector((state) => selectUser(state)?.id)
  useEffect(
    () => (userId === undefined ? undefined : dispatch(startUploads(userId, store))),
    [dispatch, store, userId],
  )
  useEffect(() => guardUploads(store), [store])
}

const useEvents = () => {
  const store = useAppStore()
  const signedIn = useAppSelector((state) => selectSessionStatus(state) === 'in')
  useEffect(() => {
    if (!signedIn) return
    return openEvents(store, { onShared: ({ owner, name, id }) => toastShared(owner, name, id) })
  }, [store, signedIn])
}

const useOnline = () => {
  const dispatch = useAppDispatch()
  useEffect(() => {
    const look = () => dispatch(onlineChanged(navigator.onLine))
    look()
    window.addEventListener('online', look)
    window.addEventListener('offline', look)
    return () => {
      window.removeEventListener('online', look)
      window.removeEventListener('offline', look)
    }
  }, [dispatch])
}

const LiveRegion = () => (
  <div className="sr-only" role="status" aria-live="polite" data-testid="announcer">
    {useAppSelector(selectAnnouncement)}
  </div>
)

/** Everything that stays while pages change. */
export const Shell = () => {
  useUploads()
  useEvents()
  useOnline()
  return (
    <>
      <a href="#main" className={classes.skip}>
        Skip to the files
      </a>
      <Header />
      <OfflineBanner />
      <main id="main" className={classes.main} tabIndex={-1}>
        <Outlet />
      </main>
      <UploadDock />
      <DropOverlay />
      <SessionDialog />
      <LiveRegion />
    </>
  )
}
