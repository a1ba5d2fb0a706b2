import type { ReactNode } from 'react'
import { ScrollBox } from '../../shared/ScrollBox'
import classes from './AdminTable.module.css'

type Props = {
  label: string
  heads: readonly ReactNode[]
  /** Which columns, from 0, are of numbers. */
  numeric?: readonly number[]
  children: ReactNode
}

/** A table of what the server tells; `data-numeric` puts a cell's number to its end. */
export const AdminTable = ({ label, heads, numeric = [], children }: Props) => (
  <ScrollBox label={label}>
    <table className={classes.table}>
      <thead>
        <tr>
          {heads.map((head, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: heads never move
            <th key={index} scope="col" data-numeric={numeric.includes(index) || undefined}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  </ScrollBox>
)
