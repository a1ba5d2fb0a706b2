import { useEffect } from 'react'
import { useParams } from 'react-router'
import { UploadGate } from '../features/links/UploadGate'
import { DropOverlay } from '../features/uploads/adding/DropOverlay'
import { PickButtons } from '../features/uploads/adding/PickButtons'
import { UploadDock } from '../features/uploads/dock/UploadDock'
import { startUploads } from '../features/uploads/engine/startUploads'
import { guardUploads } from '../features/uploads/guards'
import RecoveryCard from '../features/uploads/recovery/RecoveryCard'
import { selectTotals } from '../features/uploads/uploadsSlice'
import { useAppDispatch, useAppSelector, useAppStore } from '../store/hooks'
import { LinkShell } from './LinkShell'
import { LiveRegion } from './LiveRegion'

/** So much of a token tells the uploads of different links apart in one browser. */
const TOKEN_END = -16

/** The uploads of whoever has the link belong to the link, not to who is signed in beside it. */
const useUploads = (token: string) => {
  const dispatch = useAppDispatch()
  const store = useAppStore()
  useEffect(
    () => dispatch(startUploads(`link-${token.slice(TOKEN_END)}`, store, token)),
    [dispatch, store, token],
  )
  useEffect(() => guardUploads(store), [store])
}

const Uploads = ({ token }: { token: string }) => {
  useUploads(token)
  const { failed, finished } = useAppSelector(selectTotals)
  return (
    <>
      <RecoveryCard />
      <UploadGate token={token} changes={failed + finished}>
        <PickButtons />
      </UploadGate>
      <UploadDock byLink />
      <DropOverlay />
      <LiveRegion />
    </>
  )
}

/** Where people without an account send files by a link. */
const UploadLinkRoute = () => {
  const { token } = useParams()
  return <LinkShell>{token !== undefined && <Uploads key={token} token={token} />}</LinkShell>
}

export default UploadLinkRoute
