import { ActionIcon, Menu } from '@mantine/core'
import {
  ArrowLeft,
  ArrowRight,
  ChevronsLeftRight,
  ChevronsRightLeft,
  EllipsisVertical,
  EyeOff,
  PencilLine,
  Pin,
  PinOff,
  TextSelect,
} from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import type { Column } from '../../../api/types'
import { useLaterText } from '../../../i18n/later'
import { orderAfterMove } from '../columnsView'
import { useDatasetView } from '../useDatasetView'

const ColumnDialog = lazy(() => import('../ColumnDialog'))

const ICON = { size: 15, 'aria-hidden': true } as const
const STEP = 40

/** What the menus of all columns know: the table, all of its columns, and whether they may be changed. */
export type HeadFrame = {
  id: string
  known: Column[]
  shownCount: number
  frozen: number
  mayChange: boolean
  onWidth: (column: string, width: number) => void
  /** Selects the column with this index among those that are shown. */
  onSelect: (index: number) => void
}

type Props = HeadFrame & { column: Column; index: number; width: number }

/** Places of a column: beside which ones it stands, whether it stays in sight, whether it is seen at all. */
const PlaceItems = ({ column: { name }, index, known, shownCount, frozen }: Props) => {
  const words = useLaterText().datasets.columns
  const { view, change } = useDatasetView()
  const move = (step: 1 | -1) => change({ order: orderAfterMove(known, view, name, step) })
  const isLastFrozen = index + 1 === frozen
  return (
    <>
      <Menu.Item leftSection={<ArrowLeft {...ICON} />} disabled={index === 0} onClick={() => move(-1)}>
        {words.before}
      </Menu.Item>
      <Menu.Item
        leftSection={<ArrowRight {...ICON} />}
        disabled={index === shownCount - 1}
        onClick={() => move(1)}
      >
        {words.behind}
      </Menu.Item>
      <Menu.Item
        leftSection={isLastFrozen ? <PinOff {...ICON} /> : <Pin {...ICON} />}
        onClick={() => change({ frozen: isLastFrozen ? 0 : index + 1 })}
      >
        {isLastFrozen ? words.unfreeze : words.freeze}
      </Menu.Item>
      <Menu.Item
        leftSection={<EyeOff {...ICON} />}
        disabled={shownCount === 1}
        onClick={() =>
          change({ hidden: [...view.hidden, name], frozen: index < frozen ? frozen - 1 : frozen })
        }
      >
        {words.hide}
      </Menu.Item>
    </>
  )
}

/** Everything that can be done with a column but ordering and filtering, which have buttons of their own. */
export const HeadMenu = (props: Props) => {
  const { id, column, index, known, mayChange, width, onWidth, onSelect } = props
  const {
    datasets: { columns: words },
    cells,
  } = useLaterText()
  const [changing, setChanging] = useState(false)
  return (
    <>
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={26}
            data-head
            tabIndex={-1}
            aria-label={words.menuOf(column.name)}
          >
            <EllipsisVertical size={14} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {mayChange && (
            <>
              <Menu.Item leftSection={<PencilLine {...ICON} />} onClick={() => setChanging(true)}>
                {words.change}
              </Menu.Item>
              <Menu.Divider />
            </>
          )}
          <Menu.Item leftSection={<TextSelect {...ICON} />} onClick={() => onSelect(index)}>
            {cells.everyRow}
          </Menu.Item>
          <PlaceItems {...props} />
          <Menu.Divider />
          <Menu.Item
            closeMenuOnClick={false}
            leftSection={<ChevronsLeftRight {...ICON} />}
            onClick={() => onWidth(column.name, width + STEP)}
          >
            {words.wider}
          </Menu.Item>
          <Menu.Item
            closeMenuOnClick={false}
            leftSection={<ChevronsRightLeft {...ICON} />}
            onClick={() => onWidth(column.name, width - STEP)}
          >
            {words.narrower}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {changing && (
        <Suspense>
          <ColumnDialog
            id={id}
            column={column}
            isLast={known.length === 1}
            onClose={() => setChanging(false)}
          />
        </Suspense>
      )}
    </>
  )
}
