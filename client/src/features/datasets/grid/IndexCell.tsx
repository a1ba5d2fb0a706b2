import type { ReactNode } from 'react'
import classes from './IndexCell.module.css'
import { INDEX_WIDTH } from './layout'

/** The first cell of a line, which stays where it is while the columns move below it. */
export const IndexCell = ({ of, children }: { of: 'head' | 'row'; children: ReactNode }) => (
  <th
    scope={of === 'head' ? 'col' : 'row'}
    role={of === 'head' ? 'columnheader' : 'rowheader'}
    className={of === 'head' ? classes.corner : classes.index}
    style={{ width: INDEX_WIDTH }}
    aria-colindex={1}
  >
    {children}
  </th>
)
