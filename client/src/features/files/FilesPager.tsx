import { Select } from '@mantine/core'
import { useText } from '../../i18n/language'
import { formatCount } from '../../shared/format'
import { Pager, PagerButton } from '../../shared/Pager'
import { PAGE_SIZES } from './filesUrl'
import { useFilesView } from './useFilesView'

const PageSize = () => {
  const words = useText().files.pages
  const { view, change } = useFilesView()
  return (
    <Select
      aria-label={words.size}
      size="xs"
      w={118}
      allowDeselect={false}
      data={PAGE_SIZES.map((size) => ({ value: String(size), label: words.each(size) }))}
      value={String(view.limit)}
      onChange={(size) => change({ limit: Number(size) })}
    />
  )
}

export const FilesPager = ({ total, hasNext }: { total: number; hasNext: boolean }) => {
  const words = useText().files.pages
  const { view, change } = useFilesView()
  const first = (view.page - 1) * view.limit + 1
  const last = Math.min(total, view.page * view.limit)
  return (
    <Pager
      label={words.label}
      size={<PageSize />}
      range={words.range(formatCount(first), formatCount(last), formatCount(total))}
    >
      <PagerButton
        to="previous"
        label={words.previous}
        disabled={view.page === 1}
        onClick={() => change({ page: view.page - 1 })}
      />
      <PagerButton
        to="next"
        label={words.next}
        disabled={!hasNext}
        onClick={() => change({ page: view.page + 1 })}
      />
    </Pager>
  )
}
