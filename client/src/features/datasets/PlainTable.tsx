import type { ReactNode } from 'react'
import classes from './PlainTable.module.css'

/** A small table without a grid's arts; `data-numeric` puts a cell's number to its end. */
export const PlainTable = ({ children }: { children: ReactNode }) => (
  <table className={classes.table}>{children}</table>
)
