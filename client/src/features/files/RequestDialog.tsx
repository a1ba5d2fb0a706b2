import { Alert, Button, Modal, Skeleton } from '@mantine/core'
import { useRef } from 'react'
import { detailOf } from '../../api/problem'
import type { NewUploadLink, UploadLinkRef } from '../../api/types'
import {
  useListUploadLinksQuery,
  useMakeUploadLinkMutation,
  useRemoveUploadLinkMutation,
} from '../../api/uploadLinksApi'
import { useText } from '../../i18n/language'
import { useLaterText } from '../../i18n/later'
import { formatBytes, formatMoment } from '../../shared/format'
import { Name } from '../../shared/Name'
import { NewLinkAddress } from './NewLinkAddress'
import { NewUploadLinkForm } from './NewUploadLinkForm'
import classes from './RequestDialog.module.css'

const LinkItem = ({ link, onTake }: { link: UploadLinkRef; onTake: () => void }) => {
  const words = useLaterText().uploadLinks
  const end = link.expires_at
  const isOver = end !== null && new Date(end).getTime() <= Date.now()
  const time = end === null ? words.endless : (isOver ? words.ended : words.until)(formatMoment(end))
  return (
    <li className={classes.link}>
      <span className={classes.facts}>
        <Name>{link.name}</Name>
        <span className={classes.soft}>
          {words.came(link.files, formatBytes(link.bytes))}, {time}
        </span>
      </span>
      <Button size="compact-sm" variant="default" aria-label={words.take(link.name)} onClick={onTake}>
        {words.takeWord}
      </Button>
    </li>
  )
}

/** Upload links: making one, seeing what has come by each, and taking it back. */
const RequestDialog = ({ onClose }: { onClose: () => void }) => {
  const words = useLaterText().uploadLinks
  const { shared } = useText()
  const { data, error } = useListUploadLinksQuery()
  const [make, making] = useMakeUploadLinkMutation()
  const [remove, removing] = useRemoveUploadLinkMutation()
  const list = useRef<HTMLUListElement>(null)
  const fresh = making.data
  const failure = making.error ?? removing.error ?? error
  const onMake = async (wanted: NewUploadLink) => {
    removing.reset()
    return 'data' in (await make(wanted))
  }
  const onTake = (id: string) => {
    if (fresh === undefined || fresh.id === id) making.reset()
    void remove(id)
    // The button that has the focus goes with its link.
    list.current?.focus()
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={words.title}
      centered
      size="lg"
      closeButtonProps={{ 'aria-label': shared.close }}
    >
      <p className={classes.note}>{words.note}</p>
      {failure && (
        <Alert color="red" variant="light" role="alert" mb="sm">
          {detailOf(failure)}
        </Alert>
      )}
      <NewUploadLinkForm busy={making.isLoading} onMake={onMake} />
      <div role="status">
        {fresh && <NewLinkAddress key={fresh.id} url={fresh.url} />}
        {!fresh && removing.isSuccess && <p className={classes.note}>{words.taken}</p>}
      </div>
      {data ? (
        <ul ref={list} tabIndex={-1} className={classes.list} aria-label={words.list}>
          {data.map((link) => (
            <LinkItem key={link.id} link={link} onTake={() => onTake(link.id)} />
          ))}
        </ul>
      ) : (
        !error && <Skeleton height={34} aria-busy="true" />
      )}
    </Modal>
  )
}

export default RequestDialog
