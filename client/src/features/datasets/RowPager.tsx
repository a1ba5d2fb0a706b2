import { ActionIcon, NumberInput, Select } from '@mantine/core'
import { ChevronFirst, ChevronLast, ChevronLeft, ChevronRight } from 'lucide-react'
import { isWithinReach, type RowsPage } from '../../api/datasetsApi'
import { useLaterText } from '../../i18n/later'
import { formatCount } from '../../shared/format'
import { useAppSelector } from '../../store/hooks'
import classes from './Dataset.module.css'
import { ROW_SIZES } from './datasetUrl'
import { nearestPage, reachOf } from './reach'
import { useDatasetView } from './useDatasetView'

type Props = {
  id: string
  /** Rows of all pages, null while they are not counted. */
  total: number | null
  /** The rows that are shown, undefined where there are none. */
  page: RowsPage | undefined
}

export const RowPager = ({ id, total, page }: Props) => {
  const words = useLaterText().datasets.pages
  const { view, change } = useDatasetView()
  const reach = reachOf(view, { total, page })
  const { last, gap, hasNext, isBackNumbered, atEnd } = reach
  const { version, sort, filters, size } = view
  const before = { id, version, sort, filters, size, page: view.page - 1 }
  const isBackNear = useAppSelector((state) => isWithinReach(state, before))
  const goTo = (wanted: number) => change({ page: nearestPage(wanted, reach) })
  const first = page?.first ?? 0
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
        {page && page.rows.length > 0 && (
          <>
            {words.range(formatCount(first), formatCount(first + page.rows.length - 1))}{' '}
            {total !== null && words.of(formatCount(total))}
          </>
        )}
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
        disabled={view.page === 1 || !(isBackNumbered || isBackNear)}
        onClick={() => change({ page: view.page - 1 })}
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
        max={Number.isFinite(last) ? last : undefined}
        allowDecimal={false}
        defaultValue={view.page}
        onBlur={(event) => {
          const wanted = Number(event.currentTarget.value.replace(/\D/g, ''))
          if (wanted > 0 && wanted !== view.page) goTo(wanted)
        }}
        onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
      />
      <ActionIcon
        variant="default"
        aria-label={words.next}
        disabled={!hasNext}
        onClick={() => change({ page: view.page + 1 })}
      >
        <ChevronRight size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon
        variant="default"
        aria-label={words.last}
        disabled={total === null || atEnd}
        onClick={() => goTo(last)}
      >
        <ChevronLast size={16} aria-hidden />
      </ActionIcon>
      {gap && total !== null && <span className={classes.gap}>{words.gap(gap.from, gap.to)}</span>}
    </nav>
  )
}
