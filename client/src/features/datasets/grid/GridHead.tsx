import type { VirtualItem } from '@tanstack/react-virtual'
import type { Column } from '../../../api/types'
import { useText } from '../../../i18n/language'
import classes from './DataGrid.module.css'
import { HeadCell } from './HeadCell'
import { INDEX_WIDTH } from './layout'

type Props = { columns: Column[]; shown: VirtualItem[]; width: number }

export const GridHead = ({ columns, shown, width }: Props) => {
  const words = useText().datasets.grid
  return (
    <thead role="rowgroup" className={classes.head} style={{ width }}>
      <tr role="row" aria-rowindex={1}>
        <th
          scope="col"
          role="columnheader"
          className={classes.corner}
          style={{ width: INDEX_WIDTH }}
          aria-colindex={1}
        >
          <span className="sr-only">{words.row}</span>#
        </th>
        {shown.map(({ index, start, size }) => {
          const column = columns[index]
          if (!column) return null
          return (
            <HeadCell
              key={column.name}
              column={column}
              start={start + INDEX_WIDTH}
              width={size}
              index={index}
            />
          )
        })}
      </tr>
    </thead>
  )
}
