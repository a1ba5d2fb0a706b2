import { Alert, Button } from '@mantine/core'
import { CircleAlert } from 'lucide-react'
import { detailOf } from '../api/problem'
import { useText } from '../i18n/language'

type Props = {
  title: string
  error: unknown
  onRetry: () => void
  /** Without the icon, beside other things that are there. */
  plain?: boolean
  mb?: string
}

/** Says why something could not be shown, and tries again. */
export const NotLoaded = ({ title, error, onRetry, plain = false, mb }: Props) => {
  const words = useText().shared
  return (
    <Alert color="red" icon={plain ? undefined : <CircleAlert size={18} />} title={title} mb={mb}>
      {detailOf(error)}{' '}
      <Button size="compact-sm" variant="default" onClick={() => onRetry()}>
        {words.tryAgain}
      </Button>
    </Alert>
  )
}
