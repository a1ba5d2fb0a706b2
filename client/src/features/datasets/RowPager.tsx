import { NumberInput, Select } from '@mantine/core'
import { isWithinReach, type RowsPage } from '../../api/datasetsApi'
import { useLaterText } from '../../i18n/later'
import { formatCount } from '../../shared/format'
import { Pager, PagerButton } from '../../shared/Pager'
import { useAppSelector } from '../../store/hooks'
import { narrowedBy, ROW_SIZES } from './datasetUrl'
import classes from './RowPager.module.css'
import { nearestPage, reachOf } from './reach'
import { useDatasetView } from './useDatasetView'

const PageSize = () => {
  const words = useLaterText().datasets.pages
  const { view, change } = useDatasetView()
  return (
    <Select
      aria-label={words.size}
      size="xs"
      w={150}
      allowDeselect={false}
      data={ROW_SIZES.map((size) => ({ value: String(size), label: words.each(size) }))}
      value={String(view.size)}
      onChange={(size) => change({ size: Number(size) })}
    />
  )
}

const Range = ({ page, total }: Pick<Props, 'page' | 'total'>) => {
  const words = useLaterText().datasets.pages
  if (!page || page.rows.length === 0) return null
  return (
    <>
      {words.range(formatCount(page.first), formatCount(page.first + page.rows.length - 1))}{' '}
      {total !== null && words.of(formatCount(total))}
    </>
  )
}

/** The number of the page, which can be typed. */
const PageNumber = ({ last, onGo }: { last: number; onGo: (page: number) => void }) => {
  const words = useLaterText().datasets.pages
  const { view } = useDatasetView()
  return (
    <NumberInput
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
        if (wanted > 0 && wanted !== view.page) onGo(wanted)
      }}
      onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
    />
  )
}

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
  const { sort, size } = view
  const before = { id, ...narrowedBy(view), sort, size, page: view.page - 1 }
  const isBackNear = useAppSelector((state) => isWithinReach(state, before))
  const goTo = (wanted: number) => change({ page: nearestPage(wanted, reach) })
  return (
    <Pager label={words.label} size={<PageSize />} range={<Range page={page} total={total} />} wraps>
      <PagerButton to="first" label={words.first} disabled={view.page === 1} onClick={() => goTo(1)} />
      <PagerButton
        to="previous"
        label={words.previous}
        disabled={view.page === 1 || !(isBackNumbered || isBackNear)}
        onClick={() => change({ page: view.page - 1 })}
      />
      <PageNumber key={view.page} last={last} onGo={goTo} />
      <PagerButton
        to="next"
        label={words.next}
        disabled={!hasNext}
        onClick={() => change({ page: view.page + 1 })}
      />
      <PagerButton
        to="last"
        label={words.last}
        disabled={total === null || atEnd}
        onClick={() => goTo(last)}
      />
      {gap && total !== null && <span className={classes.gap}>{words.gap(gap.from, gap.to)}</span>}
    </Pager>
  )
}
