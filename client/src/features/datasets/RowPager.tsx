import { ActionIcon, NumberInput, Select } from '@mantine/core'
import { ChevronFirst, ChevronLeft, ChevronRight } from 'lucide-react'
import { useText } from '../../i18n/language'
import { formatCount } from '../../shared/format'
import classes from './Dataset.module.css'
import { ROW_SIZES } from './datasetUrl'
import { useDatasetView } from './useDatasetView'

type Props = {
  total: number
  here: number
  hasNext: boolean
}

export const RowPager = ({ total, here, hasNext }: Props) => {
  const words = useText().datasets.pages
  const { view, change } = useDatasetView()
  const first = (view.page - 1) * view.size + 1
  const last = Math.max(1, Math.ceil(total / view.size))
  const goTo = (page: number) => change({ page: Math.min(last, Math.max(1, page)) })
  return (
    <nav className={classes.pager} aria-label={words.label}>
      <Select
        aria-label={words.size}
        size="xs"
        w={150}
        allowDeselect={false}
        data={ROW_SIZES.map((size) => ({ value: String(size), label: words.each(size) }))}
        value={String(view.size)}
        onChange={(size) => change({ size: Number(size) })}
      />
      <span className={classes.range}>
        {words.range(formatCount(first), formatCount(first + here - 1))} {words.of(formatCount(total))}
      </span>
      <ActionIcon
        variant="default"
        aria-label={words.first}
        disabled={view.page === 1}
        onClick={() => goTo(1)}
      >
        <ChevronFirst size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon
        variant="default"
        aria-label={words.previous}
        disabled={view.page === 1}
        onClick={() => goTo(view.page - 1)}
      >
        <ChevronLeft size={16} aria-hidden />
      </ActionIcon>
      <NumberInput
        key={view.page}
        aria-label={words.goTo}
        size="xs"
        w={76}
        hideControls
        min={1}
        max={last}
        allowDecimal={false}
        defaultValue={view.page}
        onBlur={(event) => {
          const page = Number(event.currentTarget.value.replace(/\D/g, ''))
          if (page > 0 && page !== view.page) goTo(page)
        }}
        onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
      />
      <ActionIcon
        variant="default"
        aria-label={words.next}
        disabled={!hasNext}
        onClick={() => goTo(view.page + 1)}
      >
        <ChevronRight size={16} aria-hidden />
      </ActionIcon>
    </nav>
  )
}
