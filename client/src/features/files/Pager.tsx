import { ActionIcon, Select } from '@mantine/core'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useText } from '../../i18n/language'
import { formatCount } from '../../shared/format'
import classes from './FilesPage.module.css'
import { PAGE_SIZES } from './filesUrl'
import { useFilesView } from './useFilesView'

export const Pager = ({ total, hasNext }: { total: number; hasNext: boolean }) => {
  const words = useText().files.pages
  const { view, change } = useFilesView()
  const first = (view.page - 1) * view.limit + 1
  const last = Math.min(total, view.page * view.limit)
  return (
    <nav className={classes.pager} aria-label={words.label}>
      <Select
        aria-label={words.size}
        size="xs"
        w={118}
        allowDeselect={false}
        data={PAGE_SIZES.map((size) => ({ value: String(size), label: words.each(size) }))}
        value={String(view.limit)}
        onChange={(size) => change({ limit: Number(size) })}
      />
      <span className={classes.range}>
        {words.range(formatCount(first), formatCount(last), formatCount(total))}
      </span>
      <ActionIcon
        variant="default"
        aria-label={words.previous}
        disabled={view.page === 1}
        onClick={() => change({ page: view.page - 1 })}
      >
        <ChevronLeft size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon
        variant="default"
        aria-label={words.next}
        disabled={!hasNext}
        onClick={() => change({ page: view.page + 1 })}
      >
        <ChevronRight size={16} aria-hidden />
      </ActionIcon>
    </nav>
  )
}
