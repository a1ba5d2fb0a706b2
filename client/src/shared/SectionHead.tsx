import type { ReactNode } from 'react'
import classes from './SectionHead.module.css'

type Props = {
  id: string
  title: string
  /** What `children` say stands at the other end of the line. */
  apart?: boolean
  children?: ReactNode
}

/** The head of a part of a page, and a few words beside it. */
export const SectionHead = ({ id, title, apart = false, children }: Props) => (
  <div className={classes.head} data-apart={apart || undefined}>
    <h2 id={id}>{title}</h2>
    {children}
  </div>
)
