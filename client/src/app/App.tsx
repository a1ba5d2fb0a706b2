import { lazy, Suspense, useEffect, useRef } from 'react'
import { Navigate, Route, Routes, useLocation, useNavigate } from 'react-router'
import { bootSession } from '../api/authApi'
import { selectSessionStatus, selectUser } from '../api/session'
import { followSession } from '../api/sessionTabs'
import { LoginPage } from '../features/auth/LoginPage'
import { useAppDispatch, useAppSelector, useAppStore } from '../store/hooks'
import { AdminRoute } from './AdminRoute'
import { FilesRoute } from './FilesRoute'
import { LiveRoute } from './LiveRoute'
import { NotFound } from './NotFound'
import { Shell } from './Shell'
import { SqlRoute } from './SqlRoute'
import { Starting } from './Starting'

/** Comes with the first file that is opened. */
const FilePage = lazy(() => import('./FileRoute'))
const FileRoute = () => (
  <Suspense fallback={<div aria-busy="true" />}>
    <FilePage />
  </Suspense>
)

/** Where somebody wanted to go before being asked to sign in. */
const cameFrom = (state: unknown): string =>
  typeof state === 'object' && state !== null && 'from' in state && typeof state.from === 'string'
    ? state.from
    : '/files'

/** The page of a link is for people without an account: what belongs to one does not begin there. */
const LinkPage = lazy(() => import('./LinkRoute'))
const LinkRoute = () => (
  <Suspense fallback={<div aria-busy="true" />}>
    <LinkPage />
  </Suspense>
)

/** So is that of an upload link. */
const UploadLinkPage = lazy(() => import('./UploadLinkRoute'))
const UploadLinkRoute = () => (
  <Suspense fallback={<div aria-busy="true" />}>
    <UploadLinkPage />
  </Suspense>
)

const SignedOut = () => {
  const { pathname, search, hash, state } = useLocation()
  return (
    <Routes>
      <Route path="/login" element={<LoginPage from={cameFrom(state)} />} />
      <Route
        path="*"
        element={
          <Navigate
            to="/login"
            replace
            state={{ from: state ? cameFrom(state) : pathname + search + hash }}
          />
        }
      />
    </Routes>
  )
}

const SignedIn = () => {
  const { state } = useLocation()
  return (
    <Routes>
      <Route element={<Shell />}>
        <Route path="/files" element={<FilesRoute />} />
        <Route path="/files/:id" element={<FileRoute />} />
        <Route path="/datasets/:id" element={<FileRoute />} />
        <Route path="/live" element={<LiveRoute />} />
        <Route path="/sql" element={<SqlRoute />} />
        <Route path="/admin" element={<AdminRoute />} />
        <Route path="/" element={<Navigate to="/files" replace />} />
        <Route path="/login" element={<Navigate to={cameFrom(state)} replace />} />
        <Route path="*" element={<NotFound />} />
      </Route>
    </Routes>
  )
}

/** Where one account was is nothing to another one: that begins at the list. */
const useFreshStart = (userId: string | undefined) => {
  const navigate = useNavigate()
  const before = useRef(userId)
  useEffect(() => {
    if (userId === undefined) return
    if (before.current !== undefined && before.current !== userId) void navigate('/files', { replace: true })
    before.current = userId
  }, [navigate, userId])
}

/** Everything that asks for an account. */
const AccountPages = () => {
  const dispatch = useAppDispatch()
  const store = useAppStore()
  const status = useAppSelector(selectSessionStatus)
  const userId = useAppSelector((state) => selectUser(state)?.id)
  useFreshStart(userId)
  useEffect(() => followSession(store), [store])
  useEffect(() => {
    void dispatch(bootSession())
  }, [dispatch])
  if (status === 'unknown') return <Starting />
  return status === 'out' ? <SignedOut /> : <SignedIn key={userId} />
}

export const App = () => (
  <Routes>
    <Route path="/l/:token" element={<LinkRoute />} />
    <Route path="/u/:token" element={<UploadLinkRoute />} />
    <Route path="*" element={<AccountPages />} />
  </Routes>
)
