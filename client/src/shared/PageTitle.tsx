import type { ReactNode } from 'react'
import classes from './PageTitle.module.css'

export const PageTitle = ({ children }: { children: ReactNode }) => (
  <h1 className={classes.title}>{children}</h1>
)
