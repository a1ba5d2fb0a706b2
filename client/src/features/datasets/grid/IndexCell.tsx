import type { ReactNode } from 'react'
import classes from './IndexCell.module.css'
import { INDEX_WIDTH } from './layout'

type Props = {
  of: 'head' | 'row'
  /** Index of the row on the page; pressing it selects the row. */
  row?: number
  children: ReactNode
}

/** The first cell of a line, which stays where it is while the columns move below it. */
export const IndexCell = ({ of, row, children }: Props) => (
  <th
    scope={of === 'head' ? 'col' : 'row'}
    role={of === 'head' ? 'columnheader' : 'rowheader'}
    className={of === 'head' ? classes.corner : classes.index}
    style={{ width: INDEX_WIDTH }}
    aria-colindex={1}
    data-row={row}
  >
    {children}
  </th>
)
