import { lazy, Suspense, useEffect } from 'react'
import { Outlet } from 'react-router'
import { onlineChanged } from '../api/connection'
import { openEvents } from '../api/events'
import { selectSessionStatus, selectUser } from '../api/session'
import { SessionDialog } from '../features/auth/SessionDialog'
import { keepNotices } from '../features/notices/keepNotices'
import {
  noticed,
  noticeOfAnnounced,
  noticeOfFinished,
  noticeOfShared,
} from '../features/notices/noticesSlice'
import { DropOverlay } from '../features/uploads/adding/DropOverlay'
import { selectDuplicates } from '../features/uploads/adding/duplicatesSlice'
import { UploadDock } from '../features/uploads/dock/UploadDock'
import { startUploads } from '../features/uploads/engine/startUploads'
import { guardUploads } from '../features/uploads/guards'
import { useText } from '../i18n/language'
import { toastShared } from '../shared/toast'
import { useAppDispatch, useAppSelector, useAppStore } from '../store/hooks'
import { Header } from './Header'
import { KeyHelp } from './KeyHelp'
import { LiveRegion } from './LiveRegion'
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
  useEffect(() => (userId === undefined ? undefined : keepNotices(userId, store)), [store, userId])
}

const useEvents = () => {
  const store = useAppStore()
  const signedIn = useAppSelector((state) => selectSessionStatus(state) === 'in')
  const userId = useAppSelector((state) => selectUser(state)?.id)
  useEffect(() => {
    if (!signedIn || userId === undefined) return
    return openEvents(userId, store, {
      onShared: (entry) => {
        toastShared(entry.owner, entry.name, entry.id)
        store.dispatch(noticed(noticeOfShared(entry)))
      },
      onAnnounced: (announcement) => void store.dispatch(noticed(noticeOfAnnounced(announcement))),
      onFinished: (entry) => void store.dispatch(noticed(noticeOfFinished(entry))),
    })
  }, [store, signedIn, userId])
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

const DuplicateDialog = lazy(() => import('../features/uploads/adding/DuplicateDialog'))

/** Asks about files that are here already; the code for that comes with the first of them. */
const Duplicates = () => {
  const asked = useAppSelector((state) => selectDuplicates(state).length > 0)
  return (
    asked && (
      <Suspense>
        <DuplicateDialog />
      </Suspense>
    )
  )
}

/** Everything that stays while pages change. */
export const Shell = () => {
  const words = useText().app
  const expired = useAppSelector((state) => selectSessionStatus(state) === 'expired')
  useUploads()
  useEvents()
  useOnline()
  return (
    <>
      <a href="#main" className={classes.skip}>
        {words.skip}
      </a>
      <Header />
      <OfflineBanner />
      <div className={classes.stage} data-concealed={expired || undefined}>
        <main id="main" className={classes.main} tabIndex={-1}>
          <Outlet />
        </main>
        <UploadDock />
      </div>
      <DropOverlay />
      <Duplicates />
      <SessionDialog />
      <KeyHelp />
      <LiveRegion />
    </>
  )
}
