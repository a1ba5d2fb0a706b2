import { useEffect } from 'react'
import { Navigate, Route, Routes, useLocation } from 'react-router'
import { bootSession } from '../api/authApi'
import { selectSessionStatus } from '../api/session'
import { LoginPage } from '../features/auth/LoginPage'
import { FileRoute } from './FileRoute'
import { FilesRoute } from './FilesRoute'
import { useAppDispatch, useAppSelector } from './hooks'
import { Shell } from './Shell'
import { Starting } from './Starting'

/** Where somebody wanted to go before being asked to sign in. */
const cameFrom = (state: unknown): string =>
  typeof state === 'object' && state !== null && 'from' in state && typeof state.from === 'string'
    ? state.from
    : '/files'

const SignedOut = () => {
  const { pathname, search, state } = useLocation()
  return (
    <Routes>
      <Route path="/login" element={<LoginPage />} />
      <Route
        path="*"
        element={
          <Navigate to="/login" replace state={{ from: state ? cameFrom(state) : pathname + search }} />
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
        <Route path="*" element={<Navigate to={cameFrom(state)} replace />} />
      </Route>
    </Routes>
  )
}

export const App = () => {
  const dispatch = useAppDispatch()
  const status = useAppSelector(selectSessionStatus)
  useEffect(() => {
    void dispatch(bootSession())
  }, [dispatch])
  if (status === 'unknown') return <Starting />
  return status === 'out' ? <SignedOut /> : <SignedIn />
}
