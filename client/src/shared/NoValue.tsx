import type { ReactNode } from 'react'
import classes from './NoValue.module.css'

/** Words in place of a cell's value, which must not look like one. */
export const NoValue = ({ children }: { children: ReactNode }) => (
  <span className={classes.none}>{children}</span>
)
