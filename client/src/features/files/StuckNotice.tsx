import { Alert } from '@mantine/core'
import { TriangleAlert } from 'lucide-react'
import { useHealthQuery } from '../../api/filesApi'
import { detailOf } from '../../api/problem'
import { useText } from '../../i18n/language'

const LOOK_MS = 15_000
const STALLED = 'conversion_stalled'

/** Says that nobody reads files at the moment, while there are some that wait for it. */
export const StuckNotice = ({ waiting }: { waiting: boolean }) => {
  const words = useText().files
  const { data, error } = useHealthQuery(undefined, { skip: !waiting, pollingInterval: LOOK_MS })
  const isStalled = error !== undefined && 'code' in error && error.code === STALLED
  if (!waiting || !(isStalled || data)) return null
  return (
    <Alert
      color="yellow"
      variant="light"
      role="status"
      mb="sm"
      icon={<TriangleAlert size={18} />}
      title={words.stuck}
    >
      {isStalled ? detailOf(error) : data}
    </Alert>
  )
}
