import { useParams } from 'react-router'
import { LinkGate } from '../features/links/LinkGate'
import { FileWithTable } from './FileRoute'
import { LinkShell } from './LinkShell'

/** What a link shows: one file with its table, and nothing that has to do with an account. */
const LinkRoute = () => {
  const { token } = useParams()
  return (
    <LinkShell>
      {token !== undefined && (
        <LinkGate key={token} token={token} show={(fileId) => <FileWithTable id={fileId} />} />
      )}
    </LinkShell>
  )
}

export default LinkRoute
