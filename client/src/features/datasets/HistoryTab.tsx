import { Button, Skeleton, Tooltip } from '@mantine/core'
import {
  CircleDot,
  Columns3,
  Eye,
  FilePlus2,
  GitCompare,
  History,
  PencilLine,
  RefreshCw,
  Replace,
  RotateCcw,
  ScanText,
  Wrench,
} from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useGetVersionsQuery } from '../../api/datasetHistory'
import type { Version } from '../../api/types'
import { useText } from '../../i18n/language'
import { useLaterText } from '../../i18n/later'
import { formatFullTime, formatTime } from '../../shared/format'
import { Hint } from './Hint'
import classes from './HistoryTab.module.css'
import type { Rights } from './rights'
import { useDatasetView } from './useDatasetView'
import { useRestore } from './useRestore'

const DiffDialog = lazy(() => import('./DiffDialog'))

const ICONS = {
  create: CircleDot,
  edit: PencilLine,
  append: FilePlus2,
  restore: RotateCcw,
  columns: Columns3,
  replace: Replace,
  reread: ScanText,
  mend: Wrench,
  refresh: RefreshCw,
} as const

const Counts = ({ version: { inserted, updated, deleted } }: { version: Version }) => {
  const words = useLaterText().datasets.history
  const counts = [
    [inserted, words.added, 'done'],
    [updated, words.changed, 'processing'],
    [deleted, words.removed, 'error'],
  ] as const
  return (
    <Tooltip label={words.counts(inserted, updated, deleted)}>
      <span className={classes.counts}>
        {counts.map(([count, word, tone]) =>
          count > 0 ? (
            <span key={tone} data-tone={tone}>
              {word(count)}
            </span>
          ) : null,
        )}
      </span>
    </Tooltip>
  )
}

type ItemProps = {
  version: Version
  newest: boolean
  onPreview: () => void
  /** Null where there is no version to compare with. */
  onCompare: (() => void) | null
  onRestore: (() => void) | null
}

const VersionItem = ({ version, newest, onPreview, onCompare, onRestore }: ItemProps) => {
  const words = useText()
  const { history } = useLaterText().datasets
  const Icon = ICONS[version.kind]
  return (
    <li className={classes.version} data-newest={newest || undefined}>
      <Icon size={17} aria-hidden className={classes.versionIcon} />
      <div className={classes.what}>
        <strong>
          {history.version(version.version)} {newest && <span className={classes.now}>{history.now}</span>}
        </strong>
        <span>
          {history.kinds[version.kind]} {history.by(version.author ?? history.system)} ·{' '}
          <time dateTime={version.created_at} title={formatFullTime(version.created_at)}>
            {formatTime(version.created_at)}
          </time>{' '}
          · {words.shared.rows(version.rows)}
        </span>
        {version.message && <span className={classes.message}>{version.message}</span>}
      </div>
      <Counts version={version} />
      {version.expired ? (
        <Hint>{history.expired}</Hint>
      ) : (
        <span className={classes.buttons}>
          <Button
            size="xs"
            variant="subtle"
            leftSection={<Eye size={15} aria-hidden />}
            aria-label={history.previewOf(version.version)}
            onClick={onPreview}
          >
            {history.preview}
          </Button>
          {onCompare && (
            <Button
              size="xs"
              variant="subtle"
              leftSection={<GitCompare size={15} aria-hidden />}
              aria-label={history.compareOf(version.version)}
              onClick={onCompare}
            >
              {history.compare}
            </Button>
          )}
          {onRestore && (
            <Button
              size="xs"
              variant="default"
              leftSection={<History size={15} aria-hidden />}
              aria-label={history.restoreOf(version.version)}
              onClick={onRestore}
            >
              {history.restore}
            </Button>
          )}
        </span>
      )}
    </li>
  )
}

/** Every version of the table, the newest first: who made it, when, and what changed. */
export const HistoryTab = ({ id, rights }: { id: string; rights: Rights }) => {
  const { history: words, rights: rightWords } = useLaterText().datasets
  const { change } = useDatasetView()
  const { data } = useGetVersionsQuery(id)
  const restore = useRestore(id)
  const [compared, setCompared] = useState<number | null>(null)
  if (!data) return <Skeleton height={240} aria-busy="true" />
  const newest = Math.max(...data.map(({ version }) => version))
  const sorted = [...data].sort((a, b) => b.version - a.version)
  return (
    <>
      {!rights.mayRestore && <p className={classes.above}>{rightWords.restore}</p>}
      <ol className={classes.history} aria-label={words.label}>
        {sorted.map((version) => (
          <VersionItem
            key={version.version}
            version={version}
            newest={version.version === newest}
            onPreview={() =>
              change({ tab: 'rows', version: version.version === newest ? null : version.version })
            }
            onCompare={
              sorted.some((other) => other.version < version.version && !other.expired)
                ? () => setCompared(version.version)
                : null
            }
            onRestore={
              version.version === newest || !rights.mayRestore ? null : () => void restore(version.version)
            }
          />
        ))}
      </ol>
      {compared !== null && (
        <Suspense>
          <DiffDialog id={id} versions={sorted} of={compared} onClose={() => setCompared(null)} />
        </Suspense>
      )}
    </>
  )
}
