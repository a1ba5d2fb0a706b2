import { ActionIcon, Select } from '@mantine/core'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { formatCount } from '../../shared/format'
import classes from './FilesPage.module.css'
import { PAGE_SIZES } from './filesUrl'
import { useFilesView } from './useFilesView'

export const Pager = ({ total, hasNext }: { total: number; hasNext: boolean }) => {
  const { view, change } = useFilesView()
  const first = (view.page - 1) * view.limit + 1
  const last = Math.min(total, view.page * view.limit)
  return (
    <nav className={classes.pager} aria-label="Pages">
      <Select
        aria-label="Files on a page"
        size="xs"
        w={118}
        allowDeselect={false}
        data={PAGE_SIZES.map((size) => ({ value: String(size), label: `${size} a page` }))}
        value={String(view.limit)}
        onChange={(size) => change({ limit: Number(size) })}
      />
      <span className={classes.range}>
        {formatCount(first)}–{formatCount(last)} of {formatCount(total)}
      </span>
      <ActionIcon
        variant="default"
        aria-label="Previous page"
        disabled={view.page === 1}
        onClick={() => change({ page: view.page - 1 })}
      >
        <ChevronLeft size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon
        variant="default"
        aria-label="Next page"
        disabled={!hasNext}
        onClick={() => change({ page: view.page + 1 })}
      >
        <ChevronRight size={16} aria-hidden />
      </ActionIcon>
    </nav>
  )
}
