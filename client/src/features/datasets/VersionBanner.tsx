import { Button } from '@mantine/core'
import { History } from 'lucide-react'
import { useLaterText } from '../../i18n/later'
import type { Rights } from './rights'
import { useDatasetView } from './useDatasetView'
import { useRestore } from './useRestore'
import classes from './VersionBanner.module.css'

/** Says that this is not the table as it is now, and leads back. */
export const VersionBanner = ({ id, rights }: { id: string; rights: Rights }) => {
  const words = useLaterText().datasets
  const { view, change } = useDatasetView()
  const restore = useRestore(id)
  const { version } = view
  if (version === null) return null
  return (
    <div className={classes.banner} role="status">
      <History size={16} aria-hidden />
      <span>{words.old.title(version)}</span>
      <Button size="compact-sm" variant="default" onClick={() => change({ version: null })}>
        {words.old.back}
      </Button>
      {rights.mayRestore ? (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={words.history.restoreOf(version)}
          onClick={() => void restore(version)}
        >
          {words.history.restore}
        </Button>
      ) : (
        <span>{words.rights.restore}</span>
      )}
    </div>
  )
}
