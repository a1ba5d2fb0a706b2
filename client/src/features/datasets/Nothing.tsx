import type { ReactNode } from 'react'
import classes from './Nothing.module.css'

type Props = { icon?: ReactNode; title: string; words?: string; children?: ReactNode }

/** In place of rows where there are none: why, and what can be done. */
export const Nothing = ({ icon, title, words, children }: Props) => (
  <div className={classes.nothing}>
    {icon}
    <h2>{title}</h2>
    {words !== undefined && <p>{words}</p>}
    {children}
  </div>
)
