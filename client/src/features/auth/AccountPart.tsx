import type { ReactNode } from 'react'
import classes from './AccountPart.module.css'

/** The head of a part of the account's dialog. */
export const PartHead = ({ children }: { children: ReactNode }) => (
  <h3 className={classes.head}>{children}</h3>
)

/** What an account has several of, as a list that is called `label`. */
export const PartList = ({ label, children }: { label: string; children: ReactNode }) => (
  <ul className={classes.list} aria-label={label}>
    {children}
  </ul>
)

/** One of them: what it is, and what can be done with it. */
export const PartItem = ({ children }: { children: ReactNode }) => (
  <li className={classes.item}>{children}</li>
)
